/** The runtime's own `fetch`, such that it sends each request once. */
import type { Fetch } from "./globals.js";

interface Deno {
  createHttpClient(options: { poolMaxIdlePerHost: number }): object;
}

/** The HTTP client for Deno, made when it is first needed. */
let client: object | undefined;

/**
 * The global `fetch`, looked up at each request, so that tests and tracers may replace it.
 *
 * Where a connection that was used before breaks off, Deno sends the request once more, even if the server has it already
 * (denoland/deno#32566). It does not do so over a new connection, so it must keep none.
 */
export const runtimeFetch: Fetch = (url, init) => {
  const { Deno } = globalThis as { Deno?: Deno };
  if (Deno?.createHttpClient === undefined) {
    return fetch(url, init as RequestInit);
  }
  client ??= Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  return fetch(url, { ...init, client } as RequestInit);
};
