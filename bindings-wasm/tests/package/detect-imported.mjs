// Detection in a page or a worker: it was imported, and `crypto` has it then, too.
import { crypto } from "airudder";
import { detect } from "airudder/detect";

export function found() {
  const headers = { "X-AIRudder-Sign": crypto.sign("{}", "fake-secret", { scheme: "hmac-sha1:base64:body" }) };
  const captured = { headers, body: "{}", secret: "fake-secret" };
  const schemes = [detect(captured).scheme, crypto.detect(captured).scheme];
  return schemes.every((scheme) => scheme === "hmac-sha1:base64:body") ? "all good" : `failed: ${schemes}`;
}

console.log(found());
