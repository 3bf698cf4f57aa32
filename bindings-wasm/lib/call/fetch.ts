/** `fetch` as the library uses it. */
import { bytes, collect } from "../runtime/bytes.js";
import type { Fetch } from "../runtime/globals.js";
import { fault } from "../runtime/native.js";
import { connectFailed } from "./connect.js";

type Init = Parameters<Fetch>[1];

/** The global `fetch`, looked up at each request, so that tests and tracers may replace it. */
export const runtimeFetch: Fetch = async (url, init) => {
  if (typeof fetch !== "function") {
    const none = new Error("this runtime has no fetch: give the client one");
    connectFailed(none);
    throw none;
  }
  return fetch(url, (isNode() || "Deno" in globalThis ? readableOnce(init) : init) as RequestInit);
};

/**
 * The same request with a body that can be read only once. By the standard, `fetch` sends a request once more that is
 * answered with 421, even if the server carried it out, and Deno also where a connection breaks off
 * (denoland/deno#32566). With such a body neither can.
 */
function readableOnce(init: Init): Init {
  if (init.method === "GET") {
    return init;
  }
  const body = new Blob(init.body === null ? [] : [init.body]);
  const headers = [...init.headers];
  if (isNode()) {
    headers.push(["Content-Length", String(body.size)]); // or it would be sent in chunks
  }
  return { ...init, headers, body: body.stream(), duplex: "half" } as object as Init;
}

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
  // Node's own makes it readable once itself.
  const prepared = fetch === runtimeFetch ? (init: Init) => init : readableOnce;
  return (url, init) => fetch(url, Object.assign(prepared(init), { dispatcher }));
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
