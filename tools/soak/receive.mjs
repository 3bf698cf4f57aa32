// A receiver in JavaScript: `node receive.mjs PORT events.jsonl`. It stores an event before it answers.
import { createServer } from "node:http";
import { Webhooks } from "../../bindings-wasm/dist/node.mjs";
import { Store } from "../../examples/node/store.js";

const [port, path] = process.argv.slice(2);
const { AIRUDDER_WEBHOOK_SECRET: secret, AIRUDDER_ENCRYPTION_KEY: encryptionKey } = process.env;
const hooks = new Webhooks({ secret, encryptionKey, scheme: "hmac-sha256:hex:body", requireSignature: true });
const store = await Store.open(path);
createServer(hooks.nodeHandler((event) => store.add(event))).listen(Number(port), "127.0.0.1");
