/** The runtime's own `fetch`, such that it sends each request once. */
import type { Fetch } from "./globals.js";

/**
 * The global `fetch`, looked up at each request, so that tests and tracers may replace it.
 *
 * Where a connection breaks off, Deno sends the request once more, even if the server has it already
 * (denoland/deno#32566). It cannot do so with a body that can be read only once.
 */
export const runtimeFetch: Fetch = (url, init) => {
  if (!("Deno" in globalThis) || init.method === "GET") {
    return fetch(url, init as RequestInit);
  }
  const body = new Blob(init.body === null ? [] : [init.body]).stream();
  return fetch(url, { ...init, body, duplex: "half" } as RequestInit);
};
