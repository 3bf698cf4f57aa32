/** What the envelope of an answer says beside the result. What it means for the call is the core's to decide. */
import type { FieldText } from "../runtime/glue.js";
import { fieldPairs } from "../runtime/headers.js";
import { enter } from "../runtime/native.js";
import { TextDecoder } from "../runtime/text.js";

/** The cipher of answers. */
const CIPHER = "aes-ecb:zero:base64";

/** The API's code, and its id of the request. */
export interface Envelope {
  apiCode?: number;
  requestId?: string;
}

/** Reads the envelope; nothing where the body is none. */
export function readEnvelope(headers: FieldText, body: Uint8Array, key: string | undefined): Envelope | undefined {
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(new TextDecoder().decode(plain(headers, body, key)));
  } catch {
    return undefined;
  }
  if (typeof fields !== "object" || fields === null) {
    return undefined;
  }
  const code = fields.code ?? fields.retcode;
  const isInteger = typeof code === "string" ? /^-?\d{1,15}$/.test(code) : Number.isSafeInteger(code);
  const id = fields.request_id ?? fields.traceId;
  return {
    ...(isInteger && { apiCode: Number(code) }),
    ...(typeof id === "string" && id !== "" && { requestId: id }),
  };
}

function plain(headers: FieldText, body: Uint8Array, key: string | undefined): Uint8Array {
  const isEncrypted = fieldPairs(headers).some(
    ([name, value]) => name.toLowerCase() === "is-encrypted" && value.trim() === "1",
  );
  return isEncrypted && key !== undefined ? enter((native) => native.decrypt(body, key, CIPHER)) : body;
}

/** Why an answer is no success, in one word; nothing where it is one. */
export function problem(status: number, envelope: Envelope | undefined, path: string): string | undefined {
  if (status >= 300) {
    return `http_${status}`;
  }
  if (envelope === undefined) {
    return "unreadable";
  }
  const { apiCode } = envelope;
  return apiCode === undefined || apiCode === successCode(path) ? undefined : `api_${apiCode}`;
}

/** The code that means success, by the family of the path. */
function successCode(path: string): number {
  return path.startsWith("/service/sms/") || path.startsWith("/api/v1/process/") ? 0 : 200;
}
