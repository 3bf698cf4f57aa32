// What the suites share: the built package, the vectors, and a local AI Rudder.
import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { createInterface } from "node:readline";

const require = createRequire(import.meta.url);
export const root = new URL("../../", import.meta.url);
export const airudder = require("../dist/node.js");
export const native = require("../dist/runtime/native.js");

export const APP = { appKey: "fake-app-key", appSecret: "fake-app-secret" };

/** The vectors of this name. */
export function vectors(name) {
  return JSON.parse(readFileSync(new URL(`core/vectors/${name}.json`, root), "utf8"));
}

/** What Node warns of meanwhile, for instance of a timer that is up at once because its time is too long. */
export async function warnings(run) {
  const seen = [];
  const onWarning = ({ name }) => seen.push(name);
  process.on("warning", onWarning);
  try {
    await run();
  } finally {
    process.off("warning", onWarning);
  }
  return seen;
}

/** A `fetch` that answers from a list, and keeps what was sent. */
export function canned(...answers) {
  const sent = [];
  const fetch = async (url, init) => {
    sent.push({ url, ...init });
    const { status = 200, headers = [], body = "" } = answers.shift();
    return new Response(body, { status, headers });
  };
  return { fetch, sent };
}

/** Listens on a free port; `close` cuts all connections. */
export async function listen(server) {
  const sockets = new Set();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { port: server.address().port, close };
}

/** The sandbox as a process of its own, on a free port. */
export class Sandbox {
  static async start(...options) {
    const binary = new URL("target/release/airudder-sandbox", root).pathname;
    const child = spawn(binary, ["--listen", "127.0.0.1:0", ...options], { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = await once(createInterface(child.stdout), "line");
    const sandbox = new Sandbox();
    sandbox.child = child;
    sandbox.url = line.replace("listening on ", "").trim();
    return sandbox;
  }

  /** Asks or tells the sandbox something. */
  async control(name, body) {
    const init =
      body === undefined
        ? {}
        : { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    const response = await fetch(`${this.url}/_sandbox/${name}`, init);
    return response.json();
  }

  async stop() {
    this.child.kill();
    await once(this.child, "exit");
  }
}

/** Made-up contacts, the same ones each time. The numbers cannot belong to anybody. */
export function* contacts(count) {
  for (let index = 0; index < count; index += 1) {
    yield {
      callee: `+62000${String(index).padStart(8, "0")}`,
      platform: "TEMP1",
      caseid: `case-${index}`,
      variables: { customer_name: "Ana" },
    };
  }
}

export const TOKEN = '{"code":200,"data":{"token":"fake-token"}}';

/** A response of HTTP as it goes over the wire. */
export const http = (status, body, ...fields) =>
  [`HTTP/1.1 ${status}`, `Content-Length: ${Buffer.byteLength(body)}`, ...fields, "", body].join("\r\n");

/**
 * A server that reads whole requests from its sockets and counts them by path. `answer` writes to the socket what it likes;
 * the token is answered rightly.
 */
export async function serve(answer) {
  const seen = {};
  const sockets = new Set();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    let read = Buffer.alloc(0);
    let onSocket = 0;
    socket.on("data", (chunk) => {
      read = Buffer.concat([read, chunk]);
      for (;;) {
        const end = read.indexOf("\r\n\r\n");
        if (end < 0) return;
        const head = read.toString("latin1", 0, end);
        const after = endOfBody(read, head, end + 4);
        if (read.length < after) return;
        const body = read.toString("utf8", end + 4, after);
        read = read.subarray(after);
        const path = head.split(" ")[1];
        seen[path] = (seen[path] ?? 0) + 1;
        onSocket += 1;
        if (path.endsWith("/auth")) {
          socket.write(http("200 OK", TOKEN));
        } else {
          answer(socket, { count: seen[path], onSocket, head, body });
        }
      }
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    seen,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** Where the body ends that begins at `start`. */
function endOfBody(read, head, start) {
  if (!/transfer-encoding: chunked/i.test(head)) {
    return start + Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
  }
  const last = read.indexOf("0\r\n\r\n", start);
  return last < 0 ? Number.POSITIVE_INFINITY : last + 5;
}

/**
 * The URL of a port where nothing listens. It is none of those that systems give to connections and to whoever asks for a
 * free one, so that it stays closed until it is used.
 */
export async function closedPort() {
  for (;;) {
    const port = randomInt(10_000, 32_000);
    const server = createServer();
    server.listen(port, "127.0.0.1");
    try {
      await once(server, "listening");
    } catch {
      continue; // it is in use
    }
    server.close();
    await once(server, "close");
    return `http://127.0.0.1:${port}`;
  }
}
