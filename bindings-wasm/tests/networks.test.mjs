// A company's network: a proxy that asks who it is, an authority of its own, certificates of clients. All as docs/networks.md
// says it, with real servers.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer as createHttp, request as forward } from "node:http";
import { createServer as createHttps } from "node:https";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import * as undici6 from "undici";
import * as undici7 from "undici-7";
import { authority } from "./certificates.mjs";
import { APP, airudder, contacts, listen, Sandbox, TOKEN } from "./support.mjs";

const { Client, OutcomeUnknown, ValidationError } = airudder;

const exec = promisify(execFile);
const tools = new URL("../node_modules/.bin/", import.meta.url).pathname;
const WORKFLOW = { workflow_template_id: 7, name: "july", end_time: "2099-12-01 18:00:00+08:00" };
const [USER, PASSWORD] = ["fake-user", "fake-password"];

let folder;
let sandbox;
let company;
let stranger;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "airudder-"));
  sandbox = await Sandbox.start();
  company = authority(folder, "company");
  stranger = authority(folder, "stranger");
});
after(async () => {
  await sandbox.stop();
  rmSync(folder, { recursive: true });
});

/** The sandbox behind TLS. It counts the requests that it sees, and whose certificates they come with. */
async function secured(options) {
  const clients = [];
  const server = createHttps(options, (request, response) => {
    clients.push(request.socket.getPeerCertificate()?.subject?.CN);
    const { method, url, headers } = request;
    const onward = forward(sandbox.url + url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  const { port, close } = await listen(server);
  return { url: `https://localhost:${port}`, clients, close };
}

/** The same, which wants a certificate that the company signed. */
const mutual = (more) =>
  secured({ ...company.sign("localhost"), ca: company.ca, requestCert: true, rejectUnauthorized: true, ...more });

/** A proxy that takes nothing but CONNECT, by those who name themselves. */
async function proxy() {
  const asked = [];
  const server = createHttp((_, response) => response.writeHead(405).end());
  server.on("connect", ({ url, headers }, socket, head) => {
    socket.on("error", () => {});
    const [, given = ""] = (headers["proxy-authorization"] ?? "").split(" ");
    const isKnown = Buffer.from(given, "base64").toString() === `${USER}:${PASSWORD}`;
    asked.push({ url, isKnown });
    if (!isKnown) {
      const lines = ["HTTP/1.1 407 Who are you", 'Proxy-Authenticate: Basic realm="company"', "Content-Length: 0"];
      socket.end(`${lines.join("\r\n")}\r\n\r\n`);
      return;
    }
    const [host, port] = url.split(":");
    const onward = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      onward.write(head);
      socket.pipe(onward).pipe(socket);
    });
    onward.on("error", () => socket.destroy());
    socket.on("close", () => onward.destroy());
  });
  const { port, close } = await listen(server);
  return { url: `http://127.0.0.1:${port}`, asked, close };
}

const token = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString("base64")}`;

/** A call and a campaign. */
async function works(client) {
  const { workflow_id } = await client.workflow.createInstance(WORKFLOW);
  assert.equal(typeof workflow_id, "string");
  let lines = "";
  const journal = {
    read: () => lines,
    append: (more) => {
      lines += more;
    },
  };
  await sandbox.control("reset", {});
  const given = { ...WORKFLOW, contacts: contacts(120), journal, batchSize: 50, inFlight: 2, settleMs: 50 };
  assert.equal((await client.campaigns.run(given)).accepted, 120);
  const { contacts: sent } = await sandbox.control("stats");
  assert.deepEqual([sent.distinct, sent.duplicates], [120, 0]);
}

const pairs = {
  "Node's fetch and a dispatcher of undici 6": { undici: undici6 },
  "Node's fetch and a dispatcher of undici 7": { undici: undici7 },
  "fetch and dispatcher of undici 6": { undici: undici6, fetch: undici6.fetch },
  "fetch and dispatcher of undici 7": { undici: undici7, fetch: undici7.fetch },
};

for (const [what, { undici, fetch }] of Object.entries(pairs)) {
  test(`behind a proxy, with an own authority and a client's certificate: ${what}`, async () => {
    const [server, between] = [await mutual(), await proxy()];
    const { key, cert } = company.sign("worker");
    const requestTls = { ca: company.ca, cert, key };
    const dispatcher = new undici.ProxyAgent({ uri: between.url, token, requestTls });
    try {
      await works(new Client({ ...APP, baseUrl: server.url, fetch, dispatcher }));
      assert.ok(server.clients.length >= 6 && server.clients.every((name) => name === "worker"));
      assert.ok(between.asked.length >= 1);
      for (const one of between.asked) assert.deepEqual(one, { url: new URL(server.url).host, isKnown: true });
    } finally {
      await dispatcher.destroy();
      between.close();
      server.close();
    }
  });

  test(`without a proxy: ${what}`, async () => {
    const server = await mutual();
    const { key, cert } = company.sign("worker");
    const dispatcher = new undici.Agent({ connect: { ca: company.ca, cert, key }, keepAliveTimeout: 30_000 });
    try {
      await works(new Client({ ...APP, baseUrl: server.url, fetch, dispatcher }));
    } finally {
      await dispatcher.destroy();
      server.close();
    }
  });

  test(`a proxy that does not know who asks: nothing was sent: ${what}`, async () => {
    const [server, between] = [await mutual(), await proxy()];
    const dispatcher = new undici.ProxyAgent({ uri: between.url, requestTls: { ca: company.ca } });
    try {
      const client = new Client({ ...APP, baseUrl: server.url, fetch, dispatcher, maxRetries: 0 });
      const error = await client.workflow.createInstance(WORKFLOW).catch((error) => error);
      assert.deepEqual([error.code, error.outcome], ["E7001", "not_sent"]);
      assert.deepEqual([server.clients.length, between.asked.some(({ isKnown }) => isKnown)], [0, false]);
    } finally {
      await dispatcher.destroy();
      between.close();
      server.close();
    }
  });
}

/** Servers and clients that do not trust each other. */
const distrust = {
  "an authority that the client does not know": () => ({ own: stranger.sign("localhost") }),
  "a certificate that has expired": () => ({ own: company.sign("localhost", -1) }),
  "a certificate of another host": () => ({ own: company.sign("api.example") }),
  "versions of TLS that do not meet": () => ({ own: company.sign("localhost"), options: { maxVersion: "TLSv1.2" } }),
  "no certificate of the client, which the server wants": () => ({
    own: company.sign("localhost"),
    options: { ca: company.ca, requestCert: true, rejectUnauthorized: true, maxVersion: "TLSv1.2" },
    minVersion: "TLSv1.2",
  }),
};

for (const [what, make] of Object.entries(distrust)) {
  for (const through of ["directly", "through a proxy"]) {
    for (const [version, undici] of Object.entries({ "undici 6": undici6, "undici 7": undici7 })) {
      test(`nothing was sent: ${what}, ${through}, ${version}`, async () => {
        const { own, options, minVersion = "TLSv1.3" } = make();
        const [server, between] = [await secured({ ...own, ...options }), await proxy()];
        const tls = { ca: company.ca, minVersion };
        const dispatcher =
          through === "directly"
            ? new undici.Agent({ connect: tls })
            : new undici.ProxyAgent({ uri: between.url, token, requestTls: tls });
        // The token comes from elsewhere, so that it is the creation that fails.
        const fetching = (url, init) => (url.endsWith("/auth") ? new Response(TOKEN) : undici.fetch(url, init));
        try {
          const client = new Client({ ...APP, baseUrl: server.url, fetch: fetching, dispatcher, maxRetries: 1 });
          const attempts = [];
          client.on("response", ({ operation, error }) => operation !== "auth.token" && attempts.push(error));
          const error = await client.workflow.createInstance(WORKFLOW).catch((error) => error);
          assert.deepEqual([error.code, error.outcome], ["E7001", "not_sent"], error.message);
          assert.deepEqual(attempts, ["E7001", "E7001"]);
          assert.equal(server.clients.length, 0);
        } finally {
          await dispatcher.destroy();
          between.close();
          server.close();
        }
      });
    }
  }
}

test("under TLS 1.3 a server refuses a client's certificate when the request may be on its way: nobody says it was not", async () => {
  const server = await mutual({ minVersion: "TLSv1.3" });
  const dispatcher = new undici6.Agent({ connect: { ca: company.ca } });
  const fetching = (url, init) => (url.endsWith("/auth") ? new Response(TOKEN) : undici6.fetch(url, init));
  try {
    const given = { ...APP, baseUrl: server.url, dispatcher, maxRetries: 0 };
    const alone = new Client({ ...given, fetch: fetching });
    await assert.rejects(alone.workflow.createInstance(WORKFLOW), OutcomeUnknown);
    // Mostly it is the token that cannot be fetched, and then nothing else is sent.
    await assert.rejects(new Client({ ...given, fetch: undici6.fetch }).workflow.createInstance(WORKFLOW), {
      outcome: "not_sent",
    });
    assert.equal(server.clients.length, 0);
  } finally {
    await dispatcher.destroy();
    server.close();
  }
});

test("handshakes that fail at first are tried again, and the request arrives once", async () => {
  const server = await secured(company.sign("localhost"));
  let left = 2;
  const between = await listen(
    createServer((socket) => {
      if (left > 0) {
        left -= 1;
        socket.once("data", () => socket.destroy()); // amid the handshake
        return;
      }
      const onward = connect(Number(new URL(server.url).port), "127.0.0.1");
      socket.pipe(onward).pipe(socket);
      onward.on("error", () => socket.destroy());
      socket.on("close", () => onward.destroy());
    }),
  );
  const dispatcher = new undici6.Agent({ connect: { ca: company.ca } });
  const fetching = (url, init) =>
    url.endsWith("/auth")
      ? undici6.fetch(`${sandbox.url}/service/cloud/auth`, { ...init, dispatcher: undefined })
      : undici6.fetch(url, init);
  try {
    await sandbox.control("reset", {});
    const baseUrl = `https://localhost:${between.port}`;
    const client = new Client({ ...APP, baseUrl, fetch: fetching, dispatcher });
    assert.equal(typeof (await client.workflow.createInstance(WORKFLOW)).workflow_id, "string");
    assert.deepEqual([server.clients.length, left], [1, 0]);
  } finally {
    await dispatcher.destroy();
    between.close();
    server.close();
  }
});

test("NODE_EXTRA_CA_CERTS alone, with Node's own fetch", async () => {
  const server = await secured(company.sign("localhost"));
  try {
    const program = new URL("fixtures/connect.mjs", import.meta.url).pathname;
    const run = async (env) => {
      const { stdout } = await exec(process.execPath, [program, server.url], { env: { ...process.env, ...env } });
      return JSON.parse(stdout);
    };
    assert.deepEqual(await run({}), ["E7001"]);
    assert.equal(server.clients.length, 0);
    await run({ NODE_EXTRA_CA_CERTS: company.path });
    assert.ok(server.clients.length > 0);
  } finally {
    server.close();
  }
});

test("NODE_USE_ENV_PROXY, where Node knows it", async () => {
  const [server, between] = [await secured(company.sign("localhost")), await proxy()];
  try {
    const program = new URL("fixtures/connect.mjs", import.meta.url).pathname;
    const HTTPS_PROXY = Object.assign(new URL(between.url), { username: USER, password: PASSWORD }).href;
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: company.path, NODE_USE_ENV_PROXY: "1", HTTPS_PROXY };
    await exec(process.execPath, [program, server.url], { env });
    assert.ok(server.clients.length >= 1);
    const isKnown = process.allowedNodeEnvironmentFlags.has("--use-env-proxy"); // an older one connects past the proxy
    assert.equal(between.asked.length > 0, isKnown);
    for (const one of between.asked) assert.deepEqual(one, { url: new URL(server.url).host, isKnown: true });
  } finally {
    between.close();
    server.close();
  }
});

for (const [runtime, flags] of Object.entries({ bun: [], deno: ["run", "--allow-all", "--node-modules-dir=manual"] })) {
  test(`${runtime}: a fetch of one's own with the runtime's options; a dispatcher is refused`, async () => {
    const [server, between] = [await mutual(), await proxy()];
    const { keyPath, certPath } = company.sign("worker");
    await sandbox.control("reset", {});
    try {
      const program = new URL("fixtures/networks.mjs", import.meta.url).pathname;
      const tls = { ca: company.path, cert: certPath, key: keyPath };
      const given = { proxy: between.url, user: USER, password: PASSWORD, ...tls, baseUrl: server.url };
      const { stdout } = await exec(join(tools, runtime), [...flags, program, JSON.stringify(given)], {
        timeout: 60_000,
        // These runtimes would go past their own `proxy` for this machine.
        env: { ...process.env, NO_PROXY: "", no_proxy: "" },
      });
      assert.deepEqual(JSON.parse(stdout), { refused: "E1001 /dispatcher", created: "string", accepted: 20 });
      assert.ok(server.clients.length >= 6 && server.clients.every((name) => name === "worker"));
      assert.ok(between.asked.filter(({ isKnown }) => isKnown).length >= 1);
    } finally {
      between.close();
      server.close();
    }
  });
}

test("a dispatcher is an object", () => {
  assert.throws(() => new Client({ ...APP, dispatcher: "http://proxy" }), ValidationError);
});
