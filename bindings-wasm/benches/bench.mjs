// Sealing, opening, unwrapping and starting, against what people write by hand. `make bench` runs it.
import { execFileSync } from "node:child_process";
import { createHash, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as hand from "./by-hand.mjs";
import { compare, emit, grow, median } from "./measure.mjs";

const ENTRY = new URL("../dist/node.js", import.meta.url).pathname;
const { Client, Webhooks, crypto } = createRequire(import.meta.url)(ENTRY);
const EXAMPLE = new URL("../../core/vectors/examples/call.finished.event.json", import.meta.url);
const PARSED = "JSON and node:crypto";

const contacts = Array.from({ length: 10_000 }, (_, number) => ({
  callee: `+62000${String(number).padStart(7, "0")}`,
  platform: "TEMP1",
  caseid: `case-${String(number).padStart(6, "0")}`,
  variables: { customer_name: "Ana Example", borrow_total_money: "1250", due_date: "2026-12-01" },
}));
const settings = { appKey: "fake-app-key", appSecret: "fake-app-secret", encryptionKey: hand.KEY };
const upload = (count) => ({ workflow_id: "fake-workflow", details: contacts.slice(0, count) });
const TOKEN = '{"code":200,"status":"OK","data":{"token":"fake-token"}}';
const answering = (answer, headers = {}) => {
  return async (url) => (url.endsWith("/auth") ? new Response(TOKEN) : new Response(answer, { headers }));
};

/** W1 and W4: to the request, and as a whole call. */
async function sealing() {
  const fetch = answering('{"code":200,"status":"OK","data":{"workflow_id":"fake-workflow"}}');
  const client = new Client({ ...settings, fetch });
  for (const [work, about, count] of [
    ["W1", "seal 10 000 contacts", 10_000],
    ["W4", "seal one contact", 1],
  ]) {
    const params = upload(count);
    await compare(work, about, () => client.prepare("workflow.upload_details", params).body, {
      [PARSED]: () => hand.request(params),
      "ajv, JSON and node:crypto (checks, too)": () => checked(params) && hand.request(params),
    });
  }
  const params = upload(1);
  await compare("W4", "one contact, a whole call", () => client.workflow.uploadDetails(params), {
    [PARSED]: () => hand.call(fetch, hand.request(params)),
  });
  for (const count of [1, 10, 100, 1000, 10_000]) {
    const some = upload(count);
    await grow("W1", "contacts", count, () => client.prepare("workflow.upload_details", some).body);
  }
}

function checked(params) {
  if (!hand.isUpload(params)) {
    throw new Error(JSON.stringify(hand.isUpload.errors));
  }
  return true;
}

/** W2: from the response to its data. */
async function opening() {
  const plain = JSON.stringify({ code: 200, status: "OK", data: { rows: contacts } });
  const sealed = crypto.encrypt(plain, hand.KEY);
  const signed = createHash("sha256").update(plain).digest("hex");
  const fetch = answering(sealed, { "is-encrypted": "1", signed });
  const client = new Client({ ...settings, fetch });
  const search = { case_id: "c", start_time: "2026-11-01 00:00:00+08:00", end_time: "2026-12-01 00:00:00+08:00" };
  const about = `open a sealed answer of ${(sealed.length / 1e6).toFixed(1)} MB`;
  await compare("W2", about, () => client.workflow.detailInstances(search), {
    [PARSED]: () => hand.call(fetch, hand.request(search)),
  });
}

/** W3: what a receiver does before it answers, and with `data` in full. */
async function unwrapping() {
  const text = readFileSync(EXAMPLE, "utf8");
  const compact = JSON.stringify(JSON.parse(text));
  const plain = new Webhooks({ secret: hand.SECRET });
  const sealing = new Webhooks({ secret: hand.SECRET, encryptionKey: hand.KEY });
  for (const [about, hooks, body, sealed] of [
    ["2 KB", plain, Buffer.from(compact), false],
    ["3 KB", plain, Buffer.from(text), false],
    ["2 KB, sealed", sealing, Buffer.from(crypto.encrypt(compact, hand.KEY)), true],
  ]) {
    const headers = headersOf(body);
    const receive = () => {
      const event = hooks.unwrap(body, headers);
      return [event.type, event.dedupeKey, event.raw];
    };
    await compare("W3", `receive an event, ${about}`, receive, {
      "hmac and JSON.parse": () => hand.receive(body, headers, { sealed }),
    });
    await compare("W3", `receive and read an event, ${about}`, () => hooks.unwrap(body, headers).data, {
      "hmac, JSON.parse and SHA-256": () => hand.receive(body, headers, { sealed, key: true }),
    });
  }
  for (const size of [1, 8, 64, 512, 4096, 7000]) {
    const body = Buffer.from(JSON.stringify({ event: "x", text: "x".repeat(1024 * size) }));
    const headers = headersOf(body);
    await grow("W3", "KB of an event", size, () => plain.unwrap(body, headers).dedupeKey);
  }
}

/** The header fields of a signed delivery behind a proxy, as Node's server gives them. */
function headersOf(body) {
  return {
    host: "example.com",
    "user-agent": "Airudder",
    "content-type": "application/json",
    "content-length": String(body.length),
    "x-forwarded-for": "203.0.113.7",
    "x-request-id": "fake-request-1",
    "x-airudder-sign": createHmac("sha256", hand.SECRET).update(body).digest("hex"),
  };
}

/** W6: a fresh process up to the end of the first call into the module, above one that does nothing. */
function starting() {
  const programs = { bare: "", ours: `require(${JSON.stringify(ENTRY)}).crypto.digest("");` };
  const times = { bare: [], ours: [] };
  for (let round = 0; round < 15; round += 1) {
    for (const [name, program] of Object.entries(programs)) {
      const began = performance.now();
      execFileSync(process.execPath, ["-e", program]);
      times[name].push(performance.now() - began);
    }
  }
  const ours = (median(times.ours) - median(times.bare)) * 1000;
  emit({ work: "W6", about: "load and first call, above bare Node", ours_us: ours });
}

await sealing();
await opening();
await unwrapping();
starting();
