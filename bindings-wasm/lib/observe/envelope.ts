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
  const code = Number(fields.code ?? fields.retcode ?? Number.NaN);
  const id = fields.request_id ?? fields.traceId;
  return {
    ...(Number.isInteger(code) && { apiCode: code }),
    ...(typeof id === "string" && id !== "" && { requestId: id }),
  };
}

function plain(headers: FieldText, body: Uint8Array, key: string | undefined): Uint8Array {
  const isEncrypted = fieldPairs(headers).some(
    ([name, value]) => name.toLowerCase() === "is-encrypted" && value.trim() === "1",
  );
  return isEncrypted && key !== undefined ? enter((native) => native.decrypt(body, key, CIPHER)) : body;
}

/** The code that means success, by the family of the path. */
export function successCode(path: string): number {
  return path.startsWith("/service/sms/") || path.startsWith("/api/v1/process/") ? 0 : 200;
}
