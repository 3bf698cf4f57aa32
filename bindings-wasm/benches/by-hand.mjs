// What a careful user would write by hand with Node's own modules.
import { createCipheriv, createDecipheriv, createHash, createHmac, timingSafeEqual } from "node:crypto";
import Ajv from "ajv";

export const KEY = "fake-key-16bytes";
export const SECRET = "fake-webhook-secret";

const text = { type: "string" };
export const isUpload = new Ajv().compile({
  type: "object",
  required: ["workflow_id", "details"],
  additionalProperties: false,
  properties: {
    workflow_id: { type: "string", minLength: 1 },
    details: {
      type: "array",
      maxItems: 10_000,
      items: {
        type: "object",
        required: ["callee", "platform", "variables"],
        additionalProperties: false,
        properties: {
          callee: { type: "string", pattern: "^\\+[0-9]{7,15}$" },
          platform: { type: "string", minLength: 1, maxLength: 40 },
          caseid: text,
          variables: { type: "object", additionalProperties: text },
        },
      },
    },
  },
});

/** The request of an upload. */
export function request(params) {
  const plain = Buffer.from(JSON.stringify(params));
  const padded = Buffer.concat([plain, Buffer.alloc(16 - (plain.length % 16))]);
  const cipher = createCipheriv("aes-128-ecb", KEY, null).setAutoPadding(false);
  return {
    url: "https://api.airudder.com/service/cloud/workflow/upload_details",
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "User-Agent": "Airudder",
      "Is-Encrypted": "1",
      Signed: createHash("sha256").update(plain).digest("hex"),
      Authorization: "Token fake-token",
    },
    body: Buffer.concat([cipher.update(padded), cipher.final()]).toString("base64"),
  };
}

/** Sends it, with a time limit, and reads the answer. */
export async function call(fetch, { url, ...init }) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), 10_000);
  try {
    const response = await fetch(url, { ...init, signal: controller.signal });
    const text = await response.text();
    const { code, data } = JSON.parse(response.headers.get("is-encrypted") === "1" ? opened(text) : text);
    if (code !== 200) {
      throw new Error(String(code));
    }
    return data;
  } finally {
    clearTimeout(timer);
  }
}

/** The plain text of a sealed one. */
export function opened(body) {
  const decipher = createDecipheriv("aes-128-ecb", KEY, null).setAutoPadding(false);
  const plain = Buffer.concat([decipher.update(Buffer.from(String(body), "base64")), decipher.final()]);
  let length = plain.length;
  while (plain[length - 1] === 0) {
    length -= 1;
  }
  return plain.toString("utf8", 0, length);
}

/** Receives a delivery; with `key`, the digest of its text, too: another order of the fields is another key. */
export function receive(body, headers, { sealed = false, key = false } = {}) {
  const expected = createHmac("sha256", SECRET).update(body).digest();
  const sent = Buffer.from(headers["x-airudder-sign"] ?? "", "hex");
  if (sent.length !== expected.length || !timingSafeEqual(sent, expected)) {
    throw new Error("X-AIRudder-Sign");
  }
  const raw = sealed ? opened(body) : body.toString();
  const data = JSON.parse(raw);
  const type = data.event ?? (data.details !== undefined ? "call.finished" : "other");
  return key ? [type, raw, data, createHash("sha256").update(raw).digest("hex")] : [type, raw, data];
}
