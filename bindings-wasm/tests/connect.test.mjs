// What is told apart at the socket: a request of which surely nothing was sent, and one that may have arrived.
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createHttps } from "node:https";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { ProxyAgent, fetch as undici } from "undici";
import { APP, airudder, closedPort, http, listen, serve, TOKEN } from "./support.mjs";

const { Client, OutcomeUnknown, TransportError } = airudder;

const exec = promisify(execFile);
const tools = new URL("../node_modules/.bin/", import.meta.url).pathname;
const WORKFLOW = { workflow_template_id: 7, name: "july", end_time: "2099-12-01 18:00:00+08:00" };
const CREATE = "/service/cloud/workflow/createinstance";
const CREATED = '{"code":200,"status":"OK","data":{"workflow_id":"w-1"}}';

let folder;
let tls;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "airudder-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "36500", "-keyout", key, "-out", cert];
  execFileSync("openssl", [...made, ...subject], { stdio: "ignore" });
  tls = { key: readFileSync(key), cert: readFileSync(cert), path: cert };
});
after(() => rmSync(folder, { recursive: true }));

/** A server that does this with whatever comes first: the greeting of TLS. */
const onGreeting = (run) => listen(createServer((socket) => socket.once("data", () => run(socket))));

const secure = (options) => listen(createHttps({ ...tls, ...options }, (_, response) => response.end(TOKEN)));

/** Addresses at which no connection comes about, by what goes wrong. */
const failing = {
  "nothing listens": async () => ({ url: await closedPort() }),
  "nothing listens, of TLS": async () => ({ url: (await closedPort()).replace("http", "https") }),
  "nothing listens at several addresses": async () => ({
    url: (await closedPort()).replace("127.0.0.1", "localhost"),
  }),
  "the name does not exist": () => ({ url: `https://${"a".repeat(64)}.invalid` }),
  "the port is one that the web forbids": () => ({ url: "http://127.0.0.1:25" }),
  "the certificate is nobody's": async () => {
    const server = await secure();
    return { url: `https://localhost:${server.port}`, close: server.close };
  },
  "the port speaks no TLS": async () => {
    const server = await onGreeting((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    return { url: `https://localhost:${server.port}`, close: server.close };
  },
  "the server takes no common version of TLS": async () => {
    const alert = Buffer.from([21, 3, 1, 0, 2, 2, 70]); // fatal: protocol_version
    const server = await onGreeting((socket) => socket.end(alert));
    return { url: `https://localhost:${server.port}`, close: server.close };
  },
  "the handshake is cut": async () => {
    const server = await onGreeting((socket) => socket.end());
    return { url: `https://localhost:${server.port}`, close: server.close };
  },
  "the handshake is reset": async () => {
    const server = await onGreeting((socket) => socket.resetAndDestroy());
    return { url: `https://localhost:${server.port}`, close: server.close };
  },
};

for (const [what, make] of Object.entries(failing)) {
  test(`nothing was sent: ${what}`, async () => {
    const { url, close } = await make();
    try {
      // The token comes from elsewhere, so that it is the creation that fails.
      const fetching = (to, init) => (to.endsWith("/auth") ? new Response(TOKEN) : fetch(to, init));
      const client = new Client({ ...APP, baseUrl: url, maxRetries: 0, fetch: fetching });
      const error = await client.workflow.createInstance(WORKFLOW).catch((error) => error);
      assert.ok(error instanceof TransportError && !(error instanceof OutcomeUnknown), error);
      assert.deepEqual([error.code, error.outcome], ["E7001", "not_sent"]);
    } finally {
      close?.();
    }
  });
}

/** What Bun and Deno cannot tell from a connection that broke off later; there the outcome stays unknown, which is careful. */
const untold = { bun: ["the handshake is cut", "the handshake is reset"], deno: [] };

for (const [runtime, flags] of Object.entries({ bun: [], deno: ["run", "--allow-all", "--node-modules-dir=manual"] })) {
  test(`nothing was sent, as ${runtime} tells it`, async () => {
    const made = await Promise.all(Object.entries(failing).map(async ([what, make]) => ({ what, ...(await make()) })));
    try {
      const program = new URL("fixtures/connect.mjs", import.meta.url).pathname;
      const command = [...flags, program, ...made.map(({ url }) => url)];
      const { stdout } = await exec(join(tools, runtime), command, { timeout: 120_000 });
      const codes = Object.fromEntries(JSON.parse(stdout).map((code, index) => [made[index].what, code]));
      const expected = Object.keys(failing).map((what) => [what, untold[runtime].includes(what) ? "E7005" : "E7001"]);
      assert.deepEqual(codes, Object.fromEntries(expected));
    } finally {
      for (const { close } of made) close?.();
    }
  });
}

test("a connection that was made and breaks off is no failure to connect, over TLS either", async () => {
  let seen = 0;
  const server = await listen(
    createHttps(tls, (request, response) => {
      if (request.url.endsWith("/auth")) {
        response.end(TOKEN);
      } else {
        seen += 1;
        request.resume().on("end", () => request.socket.destroy());
      }
    }),
  );
  try {
    const program = new URL("fixtures/connect.mjs", import.meta.url).pathname;
    const options = { env: { ...process.env, NODE_EXTRA_CA_CERTS: tls.path } };
    const { stdout } = await exec(process.execPath, [program, `https://localhost:${server.port}`], options);
    assert.deepEqual([JSON.parse(stdout), seen], [["E7005"], 1]);
  } finally {
    server.close();
  }
});

/** A proxy that takes CONNECT; `decide` says what it does with the nth one: a head to refuse it with, or nothing. */
async function proxy(decide) {
  let count = 0;
  const server = await listen(
    createServer((socket) => {
      socket.once("data", (chunk) => {
        count += 1;
        const target = /^CONNECT ([^:]+):(\d+) HTTP/.exec(chunk.toString("latin1"));
        const refusal = target === null ? "HTTP/1.1 405 No\r\n\r\n" : decide(socket, count);
        if (refusal !== undefined) {
          socket.end(refusal);
          return;
        }
        if (socket.destroyed) return;
        const onward = connect(Number(target[2]), target[1], () => {
          socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
          socket.pipe(onward).pipe(socket);
        });
        for (const [one, other] of [
          [socket, onward],
          [onward, socket],
        ]) {
          one.on("error", () => {}).on("close", () => other.destroy());
        }
      });
    }),
  );
  return { ...server, uri: `http://127.0.0.1:${server.port}`, count: () => count };
}

/** How a creation ends behind a proxy, whose token comes from elsewhere, and how often the server saw it. */
async function behind(decide, answer, options) {
  const server = await serve(answer ?? ((socket) => socket.write(http("200 OK", CREATED))));
  const between = await proxy(decide);
  const dispatcher = new ProxyAgent(between.uri);
  const fetching = (url, init) => (url.endsWith("/auth") ? new Response(TOKEN) : undici(url, { ...init, dispatcher }));
  try {
    const client = new Client({ ...APP, baseUrl: server.url, fetch: fetching, maxRetries: 0, ...options });
    const result = await client.workflow.createInstance(WORKFLOW).catch((error) => error);
    return { result, seen: server.seen[CREATE] ?? 0, asked: between.count() };
  } finally {
    await dispatcher.destroy();
    between.close();
    server.close();
  }
}

test("a proxy that wants CONNECT", async () => {
  const { result, seen, asked } = await behind(() => {});
  assert.deepEqual([result, seen], [{ workflow_id: "w-1" }, 1]);
  assert.ok(asked >= 1);
});

for (const refusal of ["403 Forbidden", "407 Proxy Authentication Required", "502 Bad Gateway"]) {
  test(`a proxy that refuses CONNECT: nothing was sent: ${refusal}`, async () => {
    const { result, seen } = await behind(() => `HTTP/1.1 ${refusal}\r\nContent-Length: 0\r\n\r\n`);
    assert.deepEqual([result.code, result.outcome, seen], ["E7001", "not_sent", 0]);
  });
}

test("a proxy that refuses at first: the request is sent again, and arrives once", async () => {
  const decide = (_, count) => (count === 1 ? "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n" : undefined);
  const { result, seen } = await behind(decide, undefined, { maxRetries: 2 });
  assert.deepEqual([result, seen], [{ workflow_id: "w-1" }, 1]);
});

test("a proxy that is not there: nothing was sent", async () => {
  const dispatcher = new ProxyAgent(await closedPort());
  const fetching = (url, init) => (url.endsWith("/auth") ? new Response(TOKEN) : undici(url, { ...init, dispatcher }));
  const client = new Client({ ...APP, baseUrl: "https://api.example", fetch: fetching, maxRetries: 0 });
  await assert.rejects(client.workflow.createInstance(WORKFLOW), { code: "E7001", outcome: "not_sent" });
  await dispatcher.destroy();
});

test("a proxy that cuts: sent at most once, and nobody says that it was not", async () => {
  for (const [decide, expected] of [
    [(socket) => void socket.destroy(), 0], // instead of answering CONNECT
    [(socket) => void setTimeout(200).then(() => socket.destroy()), 1], // when the request is on its way
  ]) {
    const { result, seen } = await behind(decide, () => {}, { timeoutMs: 3000, maxRetries: 2 });
    assert.equal(seen, expected);
    assert.ok(seen === 0 || result instanceof OutcomeUnknown, result);
    assert.ok(result instanceof TransportError, result);
  }
});
