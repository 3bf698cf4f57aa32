// What a scheme signs beside the body: method, URL and time; and schemes that are weak.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, request as send } from "node:http";
import { connect as connectOver, createSecureServer } from "node:http2";
import { request as requestOver } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mock, test } from "node:test";
import express from "express";
import { authority } from "./certificates.mjs";
import { SECRET, SENT } from "./deliveries.mjs";
import { airudder, listen, native } from "./support.mjs";

const { ValidationError, Webhooks, crypto, requestedUrl } = airudder;

const SIGNED_URL = "hmac-sha256:base64:method+' '+url+' '+body";
const NOW = 1_720_159_500_000;
const MINUTE = 60_000;

/** The header fields of a delivery to this URL, by hand. */
function signedFor(url, body = SENT, method = "POST") {
  const signature = createHmac("sha256", SECRET).update(`${method} ${url} ${body}`).digest("base64");
  return { "X-AIRudder-Sign": signature };
}

/** Posts and gives the status. */
const post = async (url, headers) => (await fetch(url, { method: "POST", body: SENT, headers })).status;

test("a signed URL is the one that the server sees", async () => {
  const hooks = new Webhooks({ secret: SECRET, scheme: SIGNED_URL });
  const handler = hooks.nodeHandler(() => {}, { onError: () => {} });
  const app = express();
  app.use("/below", express.Router().post("/events", handler)); // which takes `/below` off the request's URL
  app.post("/events", express.raw({ type: "*/*" }), handler);
  for (const listener of [handler, app]) {
    const { port, close } = await listen(createServer(listener));
    try {
      for (const path of ["/events", "/events?a=1&b=%20%C3%A9", "/below/events?x"]) {
        const url = `http://127.0.0.1:${port}${path}`;
        assert.equal(await post(url, signedFor(url)), 200, path);
        assert.equal(await post(url, signedFor(`${url}&more`)), 400, path);
        assert.equal(await post(url, signedFor(url, SENT, "PUT")), 400, path);
      }
    } finally {
      close();
    }
  }
  const handle = hooks.fetchHandler(() => {}, { onError: () => {} });
  for (const [url, status] of [
    ["https://hooks.example.com/events?a=1", 200],
    ["https://hooks.example.com/events?a=2", 400],
  ]) {
    const headers = signedFor("https://hooks.example.com/events?a=1");
    assert.equal((await handle(new Request(url, { method: "POST", body: SENT, headers }))).status, status);
  }
});

test("over TLS, and by HTTP/2, the URL begins with https", async () => {
  const hooks = new Webhooks({ secret: SECRET, scheme: SIGNED_URL });
  const folder = mkdtempSync(join(tmpdir(), "airudder-"));
  const { ca, sign } = authority(folder, "ours");
  const { port, close } = await listen(
    createSecureServer(
      { ...sign("localhost"), allowHTTP1: true },
      hooks.nodeHandler(() => {}),
    ),
  );
  const url = `https://localhost:${port}/events?a=1`;
  try {
    const one = requestOver(url, { ca, method: "POST", headers: signedFor(url) }).end(SENT);
    assert.equal((await once(one, "response"))[0].statusCode, 200);
    const session = connectOver(`https://localhost:${port}`, { ca });
    const two = session.request({ ":method": "POST", ":path": "/events?a=1", ...signedFor(url) }).end(SENT);
    assert.equal((await once(two, "response"))[0][":status"], 200);
    session.destroy();
  } finally {
    close();
    rmSync(folder, { recursive: true });
  }
});

test("the URL that was asked for, for those who unwrap themselves", () => {
  const request = { headers: { host: "inside:8000", ...FORWARDED }, url: "/events?a=1" };
  for (const [more, url, expected] of [
    [{}, undefined, "http://inside:8000/events?a=1"],
    [{ socket: { encrypted: true } }, undefined, "https://inside:8000/events?a=1"],
    [{ originalUrl: "/below/events?a=1" }, undefined, "http://inside:8000/below/events?a=1"],
    [{ url: "http://other/events?a=1" }, undefined, "http://other/events?a=1"], // asked for as of a proxy
    [{ headers: {} }, undefined, "/events?a=1"],
    [{}, "https://hooks.example.com", "https://hooks.example.com/events?a=1"],
    [{}, "https://hooks.example.com/airudder", "https://hooks.example.com/airudder?a=1"],
    [{ url: "http://other/events?a=1" }, "https://hooks.example.com", "https://hooks.example.com/events?a=1"],
    [{ url: "/events" }, "https://hooks.example.com/", "https://hooks.example.com/"],
    [{ url: "//other/events" }, "https://hooks.example.com", "https://hooks.example.com//other/events"],
  ]) {
    assert.equal(requestedUrl({ ...request, ...more }, url), expected);
  }
  for (const url of ["", "hooks.example.com", "https://hooks.example.com/?a=1", 7]) {
    assert.throws(() => requestedUrl(request, url), { code: "E1001", pointer: "/url" });
  }
});

/** A proxy that ends TLS, as far as the server behind it can tell, and says so in fields that anybody could send. */
function proxyTo(port) {
  return createServer((incoming, outgoing) => {
    const headers = { ...incoming.headers, host: `127.0.0.1:${port}`, ...FORWARDED };
    const { method, url: path } = incoming;
    const inner = send({ port, host: "127.0.0.1", method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode);
      answer.pipe(outgoing);
    });
    incoming.pipe(inner);
  });
}

const FORWARDED = { "x-forwarded-host": "hooks.example.com", "x-forwarded-proto": "https" };

test("behind a proxy, `url` tells the one that the sender knows", async () => {
  const hooks = new Webhooks({ secret: SECRET, scheme: SIGNED_URL });
  const outside = signedFor("https://hooks.example.com/events?a=1");
  const below = signedFor("https://hooks.example.com/airudder?a=1");
  for (const [url, headers, status] of [
    [undefined, outside, 400], // X-Forwarded-* is not believed
    ["https://hooks.example.com", outside, 200],
    ["https://hooks.example.com/airudder", below, 200], // the proxy changes the path
    ["https://hooks.example.com/airudder", outside, 400],
    [({ headers, url }) => `https://${headers["x-forwarded-host"]}${url}`, outside, 200],
    [() => new URL("https://hooks.example.com/events?a=1"), outside, 200],
    [() => 7, outside, 500],
  ]) {
    const options = { onError: () => {}, url };
    const server = await listen(createServer(hooks.nodeHandler(() => {}, options)));
    const proxy = await listen(proxyTo(server.port));
    try {
      assert.equal(await post(`http://127.0.0.1:${proxy.port}/events?a=1`, headers), status, String(url));
    } finally {
      proxy.close();
      server.close();
    }
  }
  const fetchUrl = ({ headers, url }) => new URL(new URL(url).pathname, `https://${headers.get("x-forwarded-host")}`);
  for (const url of ["https://hooks.example.com", fetchUrl]) {
    const handle = hooks.fetchHandler(() => {}, { url });
    const headers = { ...signedFor("https://hooks.example.com/events"), ...FORWARDED };
    const inner = new Request("http://10.0.0.1:3000/events", { method: "POST", body: SENT, headers });
    assert.equal((await handle(inner)).status, 200);
  }
  for (const url of ["hooks.example.com", "/events", "https://hooks.example.com/?a=1", 7, new URL("http://x")]) {
    assert.throws(() => hooks.nodeHandler(() => {}, { url }), { code: "E1001", pointer: "/url" });
  }
});

test("a signed time is compared with that of receipt", () => {
  const clock = mock.method(Date, "now", () => NOW);
  try {
    const hooks = (options) => new Webhooks({ secret: SECRET, scheme: "slack", ...options });
    const at = (ms) => hooks().sign(SENT, {}, { signedAt: ms });
    const [limit, usual] = [900_000, hooks()];
    for (const ms of [NOW, NOW - limit, NOW + limit]) {
      assert.equal(usual.unwrap(SENT, at(ms)).verified, true);
    }
    assert.deepEqual(at(NOW), usual.sign(SENT));
    for (const [options, ms, message] of [
      [{}, NOW - limit - 1000, /signed 901 s before it came; 900 s are tolerated/],
      [{}, NOW + limit + 1000, /signed 901 s after it came/],
      [{ tolerance: 10 }, NOW - 11_000, /10 s are tolerated/],
      [{ tolerance: 0 }, NOW - 1000, /0 s are tolerated/],
    ]) {
      assert.throws(() => hooks(options).unwrap(SENT, at(ms)), { code: "E5007", message });
      assert.throws(() => hooks({ ...options, secret: "fake-other" }).unwrap(SENT, at(ms)), { code: "E5002" });
    }
    assert.equal(hooks({ tolerance: null }).unwrap(SENT, at(1000)).verified, true);
    assert.equal(hooks({ tolerance: 0 }).unwrap(SENT, at(NOW)).verified, true);
    assert.equal(hooks({ tolerance: undefined }).unwrap(SENT, at(NOW - limit)).verified, true);

    clock.mock.mockImplementation(() => NOW + 30 * 24 * 60 * MINUTE); // a delivery that was kept
    assert.throws(() => usual.unwrap(SENT, at(NOW)), { code: "E5007" });
    for (const receivedAt of [NOW + MINUTE, new Date(NOW + MINUTE)]) {
      const event = usual.unwrap(SENT, at(NOW), { receivedAt });
      assert.deepEqual([event.verified, event.receivedAt], [true, new Date(NOW + MINUTE)]);
    }
  } finally {
    clock.mock.restore();
  }
});

test("a delivery that comes too late is kept where there is a quarantine, with all that verifies it later", async () => {
  const scheme = "hmac-sha256:hex:method+url+time(header(X-Time))+body";
  const strict = new Webhooks({ secret: SECRET, scheme, tolerance: 10 });
  const kept = [];
  const handle = strict.fetchHandler(() => {}, { onError: () => {}, quarantine: (delivery) => kept.push(delivery) });
  const url = "http://127.0.0.1/events?a=1";
  const headers = strict.sign(SENT, {}, { url, signedAt: Date.now() - MINUTE });
  assert.equal((await handle(new Request(url, { method: "POST", body: SENT, headers }))).status, 200);
  const [{ body, headers: fields, error, ...more }] = kept;
  assert.deepEqual([error.code, more.method, more.url], ["E5007", "POST", url]);
  const hooks = new Webhooks({ secret: SECRET, scheme, tolerance: 2 * 60 });
  const later = Date.now() + 60 * MINUTE;
  const clock = mock.method(Date, "now", () => later);
  try {
    assert.equal(hooks.unwrap(body, fields, more).verified, true);
    assert.throws(() => hooks.unwrap(body, fields, { ...more, receivedAt: undefined }), { code: "E5007" });
    assert.throws(() => hooks.unwrap(body, fields, { ...more, url: `${url}1` }), { code: "E5002" });
    assert.throws(() => hooks.unwrap(body, fields, { ...more, method: "PUT" }), { code: "E5002" });
  } finally {
    clock.mock.restore();
  }
});

test("the tolerance of the environment", () => {
  const variables = { AIRUDDER_WEBHOOK_SECRET: SECRET, AIRUDDER_WEBHOOK_SCHEME: "slack" };
  const late = () =>
    new Webhooks({ secret: SECRET, scheme: "slack" }).sign(SENT, {}, { signedAt: Date.now() - MINUTE });
  Object.assign(process.env, variables);
  try {
    for (const [text, options, code] of [
      ["", {}, undefined],
      ["30", {}, "E5007"],
      ["any", {}, undefined],
      ["30", { tolerance: 90 }, undefined],
      ["30", { tolerance: null }, undefined],
      ["30", { tolerance: undefined }, "E5007"],
    ]) {
      process.env.AIRUDDER_WEBHOOK_TOLERANCE = text;
      const unwrap = () => Webhooks.fromEnv(options).unwrap(SENT, late());
      if (code === undefined) {
        assert.equal(unwrap().verified, true);
      } else {
        assert.throws(unwrap, { code });
      }
    }
    for (const text of ["15m", "-1", "NaN", "Infinity"]) {
      process.env.AIRUDDER_WEBHOOK_TOLERANCE = text;
      const named = { code: "E1001", pointer: "/tolerance", message: /AIRUDDER_WEBHOOK_TOLERANCE is a number/ };
      assert.throws(() => Webhooks.fromEnv(), named);
    }
  } finally {
    for (const name of [...Object.keys(variables), "AIRUDDER_WEBHOOK_TOLERANCE"]) delete process.env[name];
  }
});

/** The warnings of weak schemes that this gives. */
async function warningsOf(run) {
  const seen = [];
  const onWarning = ({ name, code, message }) => name === "WeakSchemeWarning" && seen.push({ code, message });
  process.on("warning", onWarning);
  try {
    run();
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.off("warning", onWarning);
  }
  return seen;
}

test("a weak scheme is named as weak, and warned of once", async () => {
  let hooks;
  const seen = await warningsOf(() => {
    hooks = new Webhooks({ secret: SECRET, scheme: "feishu" });
    hooks.unwrap(SENT, hooks.sign(SENT, { "X-Lark-Request-Nonce": "n" }));
    assert.throws(() => native.enter((glue) => glue.trap()), { code: "E9001" }); // the receiver is made anew
    hooks.unwrap(SENT, hooks.sign(SENT, { "X-Lark-Request-Nonce": "n" }));
  });
  assert.match(hooks.weakness, /extended/);
  assert.deepEqual(seen, [{ code: "AIRUDDER_WEAK_SCHEME", message: hooks.weakness }]);
  const none = await warningsOf(() => {
    for (const options of [{ secret: SECRET, scheme: "github" }, { secret: SECRET }, { verify: () => true }]) {
      assert.equal(new Webhooks(options).weakness, undefined);
    }
  });
  assert.deepEqual(none, []);
  for (const scheme of ["sha256:hex:secret+body", "hmac-sha256:hex:header(X-Time)"]) {
    assert.throws(() => new Webhooks({ secret: SECRET, scheme }), { pointer: "/scheme", message: /;weak/ });
    assert.equal(typeof new Webhooks({ secret: SECRET, scheme: `${scheme};weak` }).weakness, "string");
  }
  assert.throws(() => new Webhooks({ secret: SECRET, scheme: "sha256:hex:body;weak" }), { pointer: "/scheme" });
});

test("a runtime without a process has the warning on its console", () => {
  const { process } = globalThis;
  const warned = mock.method(console, "warn", () => {});
  delete globalThis.process; // as in a worker
  try {
    const { weakness } = new Webhooks({ secret: SECRET, scheme: "gitlab" });
    assert.deepEqual(warned.mock.calls[0].arguments, [`WeakSchemeWarning: ${weakness}`]);
  } finally {
    globalThis.process = process;
    warned.mock.restore();
  }
});

test("method, URL and plain text for those who only need the signature", () => {
  const url = new URL("https://hooks.example.com/events?a=1");
  const scheme = "hmac-sha256:hex:method+path+query(a)+plain+header(X-One)";
  const options = { scheme, url, plain: "{}", method: "PUT", headers: { "x-one": "1" } };
  const signature = crypto.sign("sealed", SECRET, options);
  assert.equal(signature, createHmac("sha256", SECRET).update("PUT/events1{}1").digest("hex"));
  crypto.verify(signature, "sealed", SECRET, { ...options, plain: Buffer.from("{}"), url: "/events?a=1" });
  for (const other of [{ method: "POST" }, { url: "/event?a=1" }, { plain: "[]" }, { plain: undefined }]) {
    assert.throws(() => crypto.verify(signature, "sealed", SECRET, { ...options, ...other }), { code: "E5002" });
  }
  for (const [wrong, pointer] of [
    [{ method: 7 }, "/method"],
    [{ url: {} }, "/url"],
  ]) {
    assert.throws(() => crypto.sign("", SECRET, { ...options, ...wrong }), { code: "E1001", pointer });
  }
});

test("settings of a receiver and of a delivery are checked", () => {
  for (const tolerance of [-1, Number.NaN, Number.POSITIVE_INFINITY, "900", 1n]) {
    assert.throws(() => new Webhooks({ secret: SECRET, tolerance }), { code: "E1001", pointer: "/tolerance" });
  }
  const hooks = new Webhooks({ secret: SECRET });
  for (const [options, pointer] of [
    [{ method: 7 }, "/method"],
    [{ url: {} }, "/url"],
    [{ recievedAt: 1 }, "/recievedAt"],
    [{ receivedAt: "now" }, "/receivedAt"],
  ]) {
    assert.throws(
      () => hooks.unwrap(SENT, hooks.sign(SENT), options),
      (error) => {
        assert.ok(error instanceof ValidationError);
        assert.deepEqual([error.code, error.pointer], ["E1001", pointer]);
        return true;
      },
    );
  }
  assert.throws(() => hooks.sign(SENT, {}, { signedAt: "now" }), { code: "E1001", pointer: "/signedAt" });
  assert.throws(() => new Webhooks({ secret: SECRET, scheme: "wecom" }).sign(SENT), { code: "E1010" });
});
