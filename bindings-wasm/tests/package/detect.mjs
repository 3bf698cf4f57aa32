// What `crypto.detect` says where nothing but the package's main entry was loaded.
import { crypto } from "airudder";

const headers = { "X-AIRudder-Sign": crypto.sign("{}", "fake-secret", { scheme: "hmac-sha1:base64:body" }) };
let found;
try {
  found = crypto.detect({ headers, body: "{}", secret: "fake-secret" }).scheme;
} catch (error) {
  found = `${error.code} ${error.message}`;
}
console.log(found === "hmac-sha1:base64:body" ? "all good" : found);
