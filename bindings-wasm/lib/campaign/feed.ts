/** Hands contacts to a campaign's machine. */
import type { Detail } from "../generated/types.js";
import type { Campaign as Machine } from "../runtime/glue.js";
import { NotJson, tryWrite } from "../runtime/json.js";
import type { Owned } from "../runtime/native.js";

/** Hands over contacts. One that is no JSON keeps its place among them, and is reported as rejected. */
export function feed(machine: Owned<Machine>, contacts: readonly Detail[]): void {
  let written: string[] = [];
  const handOver = () => {
    machine.use((native) => native.feed(`[${written.join(",")}]`));
    written = [];
  };
  for (const contact of contacts) {
    try {
      written.push(tryWrite(contact));
    } catch (thrown) {
      if (!(thrown instanceof NotJson)) {
        throw thrown;
      }
      handOver();
      machine.use((native) => native.refuseContact(thrown.number, thrown.message, thrown.pointer));
    }
  }
  handOver();
}
