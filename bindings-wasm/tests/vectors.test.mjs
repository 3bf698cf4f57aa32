// The vectors that every language runs; see core/vectors/README.md.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import test from "node:test";
import { airudder, canned, root, vectors } from "./support.mjs";

const { AirudderError, Client, File, Webhooks, crypto, partitionOf } = airudder;

/** What is thrown has this code. */
const code = (expected) => (error) => {
  assert.ok(error instanceof AirudderError, error);
  assert.equal(error.code, expected);
  return true;
};

const suites = {
  cipher,
  published_cipher: cipher,
  signature,
  published_signature: signature,
  webhook,
  operation,
  partition,
  constructions,
};
for (const [name, run] of Object.entries(suites)) {
  const { cases, count } = vectors(name);
  for (const one of cases) {
    test(`${name}: ${one.id}`, () => run(one));
  }
  test(`${name}: as many cases as in every language`, () => assert.equal(cases.length, count));
}

test("every file of vectors is run, here or by dialogues.test.mjs and campaign-dialogues.test.mjs", () => {
  const files = readdirSync(new URL("core/vectors/", root)).filter((name) => name.endsWith(".json"));
  // The schema describes the others.
  const names = [...Object.keys(suites), "dialogue", "campaign", "schema"].map((name) => `${name}.json`);
  assert.deepEqual(files.sort(), names.sort());
});

function cipher({ do: what, cipher, key, iv, plain = "", text = "", text_hex, headers = [], error }) {
  const options = { cipher, headers, iv: iv === undefined ? undefined : Buffer.from(iv, "hex") };
  const bytes = Buffer.from(plain, "hex");
  const sealed = text_hex === undefined ? text : Buffer.from(text_hex, "hex");
  if (error === undefined) {
    if (what === "both") {
      assert.equal(crypto.encrypt(bytes, key, options), text);
    }
    assert.deepEqual(Buffer.from(crypto.decrypt(sealed, key, { cipher, headers })), bytes);
  } else if (what === "encrypt") {
    const none = error === "E6007" ? { iv: new Uint8Array() } : {};
    assert.throws(() => crypto.encrypt(bytes, key, { ...options, ...none }), code(error));
  } else {
    assert.throws(() => crypto.decrypt(sealed, key, { cipher, headers }), code(error));
  }
}

function partition({ contact, count, partition, error }) {
  const parsed = JSON.parse(contact);
  if (error === undefined) {
    assert.equal(partitionOf(parsed, count), partition);
  } else {
    assert.throws(() => partitionOf(parsed, count), code(error));
  }
}

function signature({ scheme, key, headers, signature, body: text, body_hex, secret, accepted = false, error }) {
  const body = text ?? Buffer.from(body_hex, "hex");
  const options = { scheme, key: key ?? undefined, headers };
  if (error !== undefined) {
    assert.throws(() => crypto.verify(signature, body, secret, options), code(error));
    return;
  }
  crypto.verify(signature, body, secret, options);
  assert.equal(crypto.sign(body, secret, options) !== signature, accepted);
}

const SETTINGS = {
  secrets: "secret",
  sign_key: "signKey",
  encryption_key: "encryptionKey",
  require_signature: "requireSignature",
  require_encryption: "requireEncryption",
  max_body_bytes: "maxBodyBytes",
  max_depth: "maxDepth",
};

/** Integers that JavaScript cannot represent come as strings. */
const TOO_LARGE = /(?<=[:,[]\s*)-?\d{17,}(?=\s*[,}\]])/g;

function webhook({ config, headers, body, body_hex, kind, event, error }) {
  const options = Object.fromEntries(Object.entries(config).map(([name, value]) => [SETTINGS[name] ?? name, value]));
  const bytes = body === undefined ? Buffer.from(body_hex, "hex") : Buffer.from(body);
  const unwrap = () => new Webhooks(options).unwrap(bytes, headers, { kind: kind ?? undefined });
  if (error !== undefined) {
    assert.throws(unwrap, code(error));
    return;
  }
  const { type, known, verified, raw, dedupeKey, data } = unwrap();
  assert.deepEqual({ type, known, verified, text: raw, dedupe_key: dedupeKey }, event);
  assert.deepEqual(data, JSON.parse(event.text.replace(TOO_LARGE, '"$&"')));
}

/** A delivery as a service signs it: by a scheme, or, where none expresses it, for a verifier of one's own. */
function constructions({ scheme, secret, key, encryption_key, method, url, headers, body, received_ms, weak }) {
  const about = { method, url, receivedAt: received_ms };
  if (scheme === null) {
    const asked = (sent, fields) =>
      Buffer.from(sent).toString() === body && headers.every(([name, value]) => fields.get(name) === value);
    assert.ok(isVerified(new Webhooks({ verify: asked }), body, headers, about));
    const refusing = new Webhooks({ verify: (...sent) => !asked(...sent) });
    assert.throws(() => refusing.unwrap(body, headers, about), code("E5002"));
    return;
  }
  const options = { scheme, encryptionKey: encryption_key };
  const hooks = new Webhooks({ ...options, secret, signKey: key ?? undefined });
  assert.equal(hooks.weakness !== undefined, weak);
  assert.ok(isVerified(hooks, body, headers, about));
  const other = new Webhooks({ ...options, secret: changed(secret), signKey: key ? changed(key) : undefined });
  assert.throws(() => other.unwrap(body, headers, about), code("E5002"));
}

/** Whether a delivery verifies; a body that is no JSON object is refused behind that. */
function isVerified(hooks, body, headers, about) {
  try {
    return hooks.unwrap(body, headers, about).verified;
  } catch (error) {
    return error.code === "E5005" && !body.startsWith("{");
  }
}

/** Another secret, which is hex or Base64 where the right one is. */
function changed(secret) {
  const at = Math.floor(secret.length / 2);
  return secret.slice(0, at) + (secret[at] === "0" ? "1" : "0") + secret.slice(at + 1);
}

const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());

async function operation(one) {
  for (const call of [
    (client) => client.call(one.operation, one.params),
    (client) => {
      const [family, method] = one.operation.split(".");
      return client[family][camel(method)](one.params);
    },
  ]) {
    const token = { body: '{"code":200,"data":{"token":"fake-token"}}' };
    const withToken = one.request?.headers.some(([name]) => name === "Authorization");
    const { fetch, sent } = canned(...(withToken ? [token] : []), one.response ?? {});
    const client = new Client({
      appKey: "fake-app-key",
      appSecret: "fake-app-secret",
      baseUrl: "https://api.example.test",
      encryptionKey: one.encryption_key,
      signKey: "0123456789abcdef0123456789abcdef",
      signSecret: "fake-secret-for-tests",
      fetch,
    });
    if (one.error !== undefined) {
      await assert.rejects(
        call(client),
        (error) => code(one.error)(error) && error.pointer === (one.pointer ?? undefined),
      );
      assert.equal(sent.length, 0);
      continue;
    }
    const result = await call(client);
    const { url, method, headers, body } = sent.at(-1);
    assert.deepEqual(
      { method, url, headers: headers.toSorted(), body: Buffer.from(body ?? []).toString() },
      { ...one.request, headers: one.request.headers.toSorted() },
    );
    if (one.file !== undefined) {
      assert.ok(result instanceof File);
      assert.equal(result.contentType, one.file);
      assert.equal(Buffer.from(await result.bytes()).toString(), one.response.body);
    } else {
      assert.deepEqual(result, one.result);
    }
  }
}

test("every operation has its method", () => {
  const client = new Client();
  const { operations } = JSON.parse(readFileSync(new URL("docs/operations.json", root), "utf8"));
  const names = operations.map(({ name }) => name);
  const { cases } = vectors("operation");
  assert.deepEqual(new Set(names), new Set(cases.map((one) => one.operation)));
  for (const [family, method] of names.map((name) => name.split("."))) {
    assert.equal(typeof client[family][camel(method)], "function", `${family}.${method}`);
  }
});
