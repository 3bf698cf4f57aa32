/** Requests, as the module makes them. */
import type { Outgoing, Requests } from "../runtime/glue.js";
import { fieldPairs } from "../runtime/headers.js";

/** Makes requests for the module. */
export const REQUESTS: Requests<Outgoing> = {
  make: (method, url, fields, body, timeoutMs) => ({
    method,
    url,
    headers: fieldPairs(fields),
    body: body.slice(), // a copy: it is the module's memory
    timeoutMs,
  }),
};
