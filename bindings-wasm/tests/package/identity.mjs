// One class, whether it was required or imported, and by which entry.
import { createRequire } from "node:module";
import { AirudderError, Client, crypto } from "airudder";

const required = createRequire(import.meta.url)("airudder");
let error;
try {
  new required.Client({ appKey: 7 });
} catch (thrown) {
  error = thrown;
}
const same = required.Client === Client && required.crypto.digest === crypto.digest;
console.log(same && error instanceof AirudderError ? "all good" : "two classes");
