/** `fetch` as the library uses it. */
import { bytes, collect } from "../runtime/bytes.js";
import type { Fetch } from "../runtime/globals.js";
import { fault } from "../runtime/native.js";
import { connectFailed } from "./connect.js";

/**
 * The global `fetch`, looked up at each request, so that tests and tracers may replace it.
 *
 * Where a connection breaks off, Deno sends the request once more, even if the server has it already
 * (denoland/deno#32566). It cannot do so with a body that can be read only once.
 */
export const runtimeFetch: Fetch = async (url, init) => {
  if (typeof fetch !== "function") {
    const none = new Error("this runtime has no fetch: give the client one");
    connectFailed(none);
    throw none;
  }
  if (!("Deno" in globalThis) || init.method === "GET") {
    return fetch(url, init as RequestInit);
  }
  const body = new Blob(init.body === null ? [] : [init.body]).stream();
  return fetch(url, { ...init, body, duplex: "half" } as RequestInit);
};

/**
 * The same `fetch` with a dispatcher of undici. A runtime whose `fetch` would overlook it, and connect past a proxy, is
 * refused.
 */
export function dispatched(fetch: Fetch, dispatcher: object | undefined): Fetch {
  if (dispatcher === undefined) {
    return fetch;
  }
  if (fetch === runtimeFetch && !isNode()) {
    const why = "the fetch of this runtime takes no dispatcher, and would pass the proxy by";
    throw fault(1001, `${why}: give the client a fetch of your own with the runtime's options`, "/dispatcher");
  }
  return (url, init) => fetch(url, Object.assign(init, { dispatcher }));
}

/** Deno and Bun name themselves as well, and Bun a version of undici. */
function isNode(): boolean {
  const { process, Deno, Bun } = globalThis as {
    process?: { versions?: { undici?: string } };
    Deno?: object;
    Bun?: object;
  };
  return process?.versions?.undici !== undefined && Deno === undefined && Bun === undefined;
}

/**
 * The same `fetch`, whose answers are read up to a limit: nobody may fill the memory. A file is not read, but streams.
 */
export function limited(fetch: Fetch, maxBytes: number): Fetch {
  const check = (length: number) => {
    if (length > maxBytes) {
      throw new Error(`the answer has more than ${maxBytes} bytes: raise maxResponseBytes if that is right`);
    }
  };
  return async (url, init) => {
    const response = await fetch(url, init);
    const { status, headers, body } = response;
    const arrayBuffer = async () => {
      const buffer = body ? (await collect(body, bytes, check)).buffer : await response.arrayBuffer();
      check(buffer.byteLength);
      return buffer;
    };
    return { status, headers, body, arrayBuffer };
  };
}
