/** The URL of a delivery, as its sender knows it: some schemes sign it. */
import type { URL as WebUrl } from "../runtime/globals.js";
import { fault } from "../runtime/native.js";
import { hrefOf, type Kind } from "../runtime/settings.js";

/** The address that AI Rudder was given for a handler, or a function that gives the URL of a request. */
export type Address<Request> = string | ((request: Request) => string | WebUrl);

const PARTS = /^(https?:\/\/[^/?#]+)(\/[^?#]*)?$/i;

export const ADDRESS: Kind = {
  what: "the address that AI Rudder was given, from `https://` on, without its query, or a function of the request",
  fits: (value) => typeof value === "function" || (typeof value === "string" && PARTS.test(value)),
};

/**
 * The URL of a request.
 *
 * @param seen The URL as the server sees it: as a whole, or path and query.
 */
export function addressOf<Request>(address: Address<Request> | undefined, request: Request, seen: string): string {
  if (address === undefined) {
    return seen;
  }
  if (typeof address === "string") {
    const [, origin = "", path] = PARTS.exec(address) ?? [];
    return origin + seen.replace(ORIGIN, "").replace(/^[^?]*/, (seenPath) => path ?? seenPath);
  }
  const url = hrefOf(address(request));
  if (url === undefined) {
    throw fault(1001, "the function `url` returns a string or a URL", "/url");
  }
  return url;
}

const ORIGIN = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i;
