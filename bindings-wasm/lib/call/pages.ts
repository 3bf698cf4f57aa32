/** Iterates over paged results. The result of `tasks.list` is not published, so it has no such helper. */

import { Chat } from "../generated/operations.js";
import type { ChatMessage } from "../generated/types.js";
import type { CallOptions } from "./options.js";

const PAGE_SIZE = 50;

/** Chats. These operations are signed: give the client `signKey` and `signSecret`. */
export class PagedChat extends Chat {
  /** Goes through all messages of a conversation, newest first; pages of `size` are fetched as they are needed. */
  async *iterSessionMessages(
    { call_id, size = PAGE_SIZE }: { call_id: string; size?: number },
    options?: CallOptions,
  ): AsyncGenerator<ChatMessage, void, undefined> {
    let last = "";
    for (;;) {
      const page = await this.sessionMessages({ call_id, last_msg_id: last, size }, options);
      yield* page;
      const next = page.at(-1)?.msg_id;
      if (!next || next === last) {
        return; // the same page again would never end
      }
      last = next;
    }
  }
}
