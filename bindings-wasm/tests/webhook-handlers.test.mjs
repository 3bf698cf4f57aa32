// The handlers of HTTP requests, as the frameworks call them.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { delivery, hooks, SECRET, SENT } from "./deliveries.mjs";
import { airudder } from "./support.mjs";

const { Webhooks } = airudder;

test("settings of a handler are checked", () => {
  for (const [options, pointer] of [
    [{ unhandled: "never" }, "/unhandled"],
    [{ onError: 7 }, "/onError"],
    [{ onErorr: () => {} }, "/onErorr"],
    [{ quarantine: {} }, "/quarantine"],
  ]) {
    assert.throws(() => hooks().nodeHandler(undefined, options), { code: "E1001", pointer });
  }
  assert.throws(() => hooks().fetchHandler("listener"), { code: "E1001", pointer: "/listener" });
});

/** What a handler answers to, and what its listener does. */
const answers = [
  ["an event", SENT, {}, 200],
  ["an event whose listener fails", '{"event":"fails"}', {}, 500],
  ["a forged one", SENT, { "X-AIRudder-Sign": "00" }, 400],
  ["one that is too large", "x".repeat(200), {}, 413],
  ["one that is no JSON", "[]", {}, 400],
];

const listener = async (event) => {
  if (event.type === "fails") throw new Error("the disk is full");
};

test("a handler for fetch", async () => {
  const one = new Webhooks({ secret: SECRET, maxBodyBytes: 150 });
  const errors = [];
  const handle = one.fetchHandler(listener, { onError: (error) => errors.push(error) });
  for (const [what, body, headers, status] of answers) {
    const request = new Request("http://x/", { method: "POST", body, headers: { ...one.sign(body), ...headers } });
    const response = await handle(request);
    assert.equal(response.status, status, what);
    assert.deepEqual(await response.json(), {});
  }
  assert.equal(errors.length, 4);
  const get = await handle(new Request("http://x/"));
  assert.deepEqual([get.status, get.headers.get("allow")], [405, "POST"]);
});

test("a handler for node", async () => {
  const one = new Webhooks({ secret: SECRET, maxBodyBytes: 150 });
  const errors = [];
  const server = createServer(one.nodeHandler(listener, { onError: (error) => errors.push(error) }));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${server.address().port}/`;
  try {
    for (const [what, body, headers, status] of answers) {
      const response = await fetch(url, { method: "POST", body, headers: { ...one.sign(body), ...headers } });
      assert.equal(response.status, status, what);
      assert.deepEqual(await response.json(), {});
    }
    assert.equal((await fetch(url)).status, 405);
  } finally {
    server.closeAllConnections();
    server.close();
  }
  assert.equal(errors.length, 4);
});

/** A request as a framework leaves it, and what the handler answers. */
async function handled(handler, more) {
  const one = hooks();
  let status;
  const response = { writeHead: (given) => (status = given), end() {} };
  const request = { method: "POST", headers: one.sign(SENT), readableEnded: true, ...more };
  await handler(request, response);
  return status;
}

test("a body that a framework parsed is an error of the program, not of the sender", async () => {
  const errors = [];
  const handler = hooks().nodeHandler(listener, { onError: (error) => errors.push(error) });
  for (const body of [JSON.parse(SENT), undefined]) {
    assert.equal(await handled(handler, { body }), 500);
    assert.equal(errors.at(-1).code, "E5006");
    assert.match(errors.at(-1).message, /ahead of express\.json\(\).*bodyParser: false/);
  }
  assert.equal(await handled(handler, { body: JSON.parse(SENT), rawBody: Buffer.from(SENT) }), 200);
});

test("a web request that was read before is an error of the program", async () => {
  const one = hooks();
  const errors = [];
  const request = delivery(one, SENT);
  await request.text();
  const handler = one.fetchHandler(listener, { onError: (error) => errors.push(error) });
  assert.deepEqual([(await handler(request)).status, errors[0].code], [500, "E5006"]);
});

test("a stream that was told to decode gives the right bytes, or says what is wrong", async () => {
  const accented = '{"event":"message.send","text":"h\u00e9llo, \u4f60\u597d"}';
  for (const [encoding, status] of [
    ["utf8", 200],
    ["UTF-8", 200],
    ["latin1", 500],
    ["base64", 500],
  ]) {
    const one = hooks();
    const errors = [];
    const got = [];
    const handler = one.nodeHandler((event) => got.push(event.raw), { onError: (error) => errors.push(error) });
    await withServer(
      (request, response) => {
        request.setEncoding(encoding);
        handler(request, response);
      },
      async (url) => {
        const response = await fetch(url, { method: "POST", body: accented, headers: one.sign(accented) });
        assert.equal(response.status, status, encoding);
      },
    );
    if (status === 200) {
      assert.deepEqual([got, errors], [[accented], []]);
    } else {
      assert.deepEqual([got, errors[0].code], [[], "E5006"]);
      assert.match(errors[0].message, new RegExp(`text in ${encoding}.*setEncoding`));
    }
  }
});

/** Runs with a server of Node's, and tells of promises that nobody looked after. */
async function withServer(listener, run) {
  const unhandled = [];
  const onUnhandled = (reason) => unhandled.push(reason);
  process.on("unhandledRejection", onUnhandled);
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await run(`http://127.0.0.1:${server.address().port}/`);
    await setTimeout(20); // a rejection is told of a little later
  } finally {
    server.closeAllConnections();
    server.close();
    process.off("unhandledRejection", onUnhandled);
  }
  assert.deepEqual(unhandled, []);
}

test("something else answers before the listener is done: the handler does not reject, and says so", async () => {
  const one = hooks();
  const errors = [];
  for (const before of [
    (response) => response.writeHead(503).end("too late"),
    (response) => response.destroy(),
    (_, request) => request.socket.destroy(),
  ]) {
    let answered;
    const slow = () => answered;
    const handler = one.nodeHandler(slow, { onError: (error) => errors.push(error) });
    const settled = [];
    await withServer(
      (request, response) => {
        answered = setTimeout(10).then(() => before(response, request));
        settled.push(handler(request, response));
      },
      async (url) => {
        await fetch(url, { method: "POST", body: SENT, headers: one.sign(SENT) }).catch(() => {});
        await Promise.all(settled);
      },
    );
    assert.equal(errors.length, 1, String(before));
    assert.ok(errors.pop() instanceof Error);
  }
});

test("the sender goes away in the middle of the body: nothing rejects, and it is told of", async () => {
  const one = hooks();
  const errors = [];
  let settled;
  const handler = one.nodeHandler(listener, { onError: (error) => errors.push(error) });
  await withServer(
    (request, response) => {
      settled = handler(request, response);
    },
    async (url) => {
      const socket = connect(Number(new URL(url).port), "127.0.0.1");
      socket.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{");
      while (settled === undefined) await setTimeout(5);
      socket.destroy();
      await settled;
    },
  );
  assert.ok(errors.length >= 1);
});

test("a body that is too large is answered, even one that never ends", async () => {
  const one = new Webhooks({ secret: SECRET, maxBodyBytes: 1000 });
  const errors = [];
  await withServer(one.nodeHandler(listener, { onError: (error) => errors.push(error) }), async (url) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    socket.on("error", () => {});
    let answer = "";
    socket.on("data", (chunk) => (answer += chunk));
    socket.write("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    const chunk = `1000\r\n${" ".repeat(0x1000)}\r\n`;
    for (let sent = 0; sent < 10_000 && !answer.includes("\r\n\r\n"); sent += 1) {
      socket.write(chunk);
      await setTimeout(1);
    }
    socket.destroy();
    assert.match(answer, /^HTTP\/1\.1 413 /);
  });
  assert.equal(errors[0].code, "E5003");
});

test("what cannot be verified yet is kept, and verified later", async () => {
  const right = new Webhooks({ secret: SECRET, scheme: "hmac-sha1:base64:body" });
  const one = hooks();
  for (const kind of ["node", "fetch"]) {
    const [kept, errors, got] = [[], [], []];
    let isFull = false;
    const quarantine = async (delivery) => {
      if (isFull) throw new Error("the quarantine is full");
      kept.push(delivery);
    };
    const options = { quarantine, onError: (error) => errors.push(error) };
    const take = (event) => got.push(event);
    const post = async (url, body, headers) => (await fetch(url, { method: "POST", body, headers })).status;
    const run = async (url) => {
      assert.equal(await post(url, SENT, right.sign(SENT)), 200);
      assert.equal(await post(url, SENT, one.sign(SENT)), 200);
      assert.equal(await post(url, SENT, {}), 200); // without a signature
      isFull = true;
      assert.equal(await post(url, SENT, right.sign(SENT)), 503);
      assert.equal(await post(url, SENT, one.sign(SENT)), 200); // what verifies needs no room
    };
    if (kind === "node") {
      await withServer(one.nodeHandler(take, options), run);
    } else {
      const handler = one.fetchHandler(take, options);
      const { fetch } = globalThis;
      globalThis.fetch = (url, init) => handler(new Request(url, init));
      try {
        await run("http://x/");
      } finally {
        globalThis.fetch = fetch;
      }
    }
    assert.equal(got.length, 2);
    assert.deepEqual(
      kept.map(({ error }) => error.code),
      ["E5002", "E5001"],
    );
    const [first] = kept;
    assert.ok(first.receivedAt instanceof Date);
    assert.equal(right.unwrap(first.body, first.headers).verified, true);
    assert.equal(right.unwrap(first.body, JSON.parse(JSON.stringify(first.headers))).verified, true);
    assert.deepEqual(
      errors.map((error) => error.code ?? error.message),
      ["E5002", "E5001", "E5002", "the quarantine is full"],
    );
  }
});

test("what a listener throws is ours: the event comes again, and is not in quarantine", async () => {
  const one = hooks();
  const kept = [];
  const failing = () => one.unwrap(SENT, {}); // E5001, of another delivery
  const options = { onError: () => {}, quarantine: (delivery) => kept.push(delivery) };
  assert.equal((await one.fetchHandler(failing, options)(delivery(one, SENT))).status, 500);
  assert.deepEqual(kept, []);
});

test("an onError that throws keeps no answer back", async () => {
  const failing = [
    () => {
      throw new Error("the log is full");
    },
    async () => Promise.reject(new Error("the log is full")),
  ];
  for (const onError of failing) {
    const handler = new Webhooks({ secret: "fake-secret" }).fetchHandler(() => {}, { onError });
    const answer = await handler(new Request("http://127.0.0.1/", { method: "POST", body: "{}" }));
    assert.equal(answer.status, 400);
  }
});
