// The building blocks of encryption: what was encrypted is read again, and anything else is a named error.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { check, named, text } from "./chance.mjs";
import { airudder } from "./support.mjs";

const { CryptoError, crypto, WebhookError } = airudder;

const KEYS = {
  "": "fake-key-16bytes",
  ":key=hex": "00".repeat(24),
  ":key=base64": "A".repeat(43),
  ":key=sha256": "any key",
  ":key=md5": "密",
};
const MODES = ["aes-ecb:zero", "aes-ecb:pkcs7", "aes-cbc:pkcs7", "aes-cbc:pkcs7-32", "aes-cbc:zero", "aes-gcm:none"];
const ciphers = fc
  .tuple(
    fc.constantFrom(...MODES),
    fc.constantFrom(":base64", ":base64url", ":hex"),
    fc.constantFrom(":iv=prefix", ":iv=key"),
    fc.constantFrom(...Object.keys(KEYS)),
    fc.constantFrom("", ":wrap=/encrypt", ":wrap=/a~1b/0"),
  )
  .map(([mode, encoding, vector, key, wrap]) => ({
    cipher: mode + encoding + (mode.includes("ecb") ? "" : vector) + key + wrap,
    key: KEYS[key],
  }));
const anything = fc.oneof(text, fc.uint8Array({ maxLength: 80 }));

test("what was encrypted is read again", () => {
  const same = ({ cipher, key }, plain) => {
    if (cipher.includes("zero") && plain.at(-1) === 0) {
      assert.throws(() => crypto.encrypt(plain, key, { cipher }), { code: "E6006" });
      return;
    }
    assert.deepEqual(crypto.decrypt(crypto.encrypt(plain, key, { cipher }), key, { cipher }), plain);
  };
  check(fc.property(ciphers, fc.uint8Array({ maxLength: 200 }), same));
});

test("anything to decrypt is bytes or a named error", () => {
  const base64 = fc.stringMatching(/^(\{"encrypt":")?[A-Za-z0-9+/]{0,64}={0,2}("\})?$/);
  const decrypted = (given, { cipher, key }) => {
    try {
      assert.ok(crypto.decrypt(given, key, { cipher }) instanceof Uint8Array);
    } catch (error) {
      assert.ok(named(error) instanceof CryptoError, error);
    }
  };
  check(fc.property(fc.oneof(anything, base64), ciphers, decrypted));
});

const WORDS = [
  "aes-cbc",
  "aes-gcm",
  "pkcs7",
  "none",
  "hex",
  "iv=prefix",
  "iv=",
  "header(X)",
  "field(/a)",
  "key=sha256",
];
const words = (list, between) => fc.array(fc.constantFrom(...list), { maxLength: 8 }).map((all) => all.join(between));

test("any cipher and key work, or are refused by name", () => {
  const works = (cipher, key, plain) => {
    try {
      crypto.decrypt(crypto.encrypt(plain, key, { cipher }), key, { cipher });
    } catch (error) {
      assert.ok(named(error) instanceof CryptoError || error.pointer !== undefined, error);
    }
  };
  const names = fc.oneof(text, words([...WORDS, "wrap=/a", "frame=wechat", "aad='x\\n'", "'", "\ud800"], ":"));
  check(fc.property(names, text, anything, works));
});

const PARTS = [
  "hmac-sha256",
  "hex",
  "base64",
  "body",
  "+",
  ":",
  ";",
  "header(X-A)",
  "time(header(T))",
  "'a",
  "in=header(S)",
];

test("any scheme signs what it verifies, or is refused by name", () => {
  const verified = (scheme, body, secret, one) => {
    const options = { scheme, key: "fake", headers: { "X-A": one }, url: "https://a.test/?b=1" };
    try {
      crypto.verify(crypto.sign(body, secret, options), body, secret, options);
    } catch (error) {
      assert.ok(!(named(error) instanceof WebhookError), error);
      assert.ok(error instanceof CryptoError || error.pointer !== undefined || error.code === "E1010", error);
    }
  };
  const schemes = words([...PARTS, "secret", "key", "weak", "url", "sorted(body)", "none", "text"], "");
  const usual = fc.constant("hmac-sha256:hex:body+header(X-A)");
  check(fc.property(fc.oneof(text, schemes, usual), anything, text, text, verified));
});
