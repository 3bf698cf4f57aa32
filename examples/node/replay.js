/**
 * Finds out from the quarantine how AI Rudder signs and encrypts, and reads the deliveries that were kept meanwhile.
 *
 *     AIRUDDER_WEBHOOK_SECRET=... node replay.js events.jsonl
 *
 * Stop the receiver before. It prints the scheme for AIRUDDER_WEBHOOK_SCHEME; set it, and start the receiver: from then on,
 * what does not verify is refused.
 */
import { existsSync } from "node:fs";
import { crypto, Webhooks } from "airudder";
import { Quarantine, Store } from "./store.js";

/** Tries the deliveries in quarantine until one tells how it was signed. */
async function detect(quarantine, secret, encryptionKey) {
  for await (const { headers, body } of quarantine.read()) {
    try {
      const found = crypto.detect({ headers, body, secret, encryptionKey });
      if (found.scheme !== undefined) {
        return found;
      }
    } catch {
      // It is too large to be tried.
    }
  }
  return undefined;
}

async function main(path) {
  if (path === undefined || !existsSync(`${path}.quarantine`)) {
    console.error("usage: node replay.js EVENTS; EVENTS.quarantine has the deliveries");
    return 2;
  }
  const secret = process.env.AIRUDDER_WEBHOOK_SECRET;
  const encryptionKey = process.env.AIRUDDER_ENCRYPTION_KEY || undefined;
  const quarantine = await Quarantine.open(`${path}.quarantine`);
  const found = await detect(quarantine, secret, encryptionKey);
  if (found === undefined) {
    await quarantine.close();
    console.log("no delivery in quarantine is signed in a known way by this secret");
    return 1;
  }
  const { scheme, cipher, notes } = found;
  console.log([...notes, `AIRUDDER_WEBHOOK_SCHEME=${scheme}`].join("\n"));
  if (cipher !== undefined) {
    console.log(`AIRUDDER_WEBHOOK_CIPHER=${cipher}`);
  }
  const store = await Store.open(path);
  const { verified, left } = await quarantine.replay(new Webhooks({ secret, scheme, encryptionKey, cipher }), store);
  await store.close();
  console.log(`${verified} verified and stored, ${left} left in quarantine`);
  return 0;
}

process.exitCode = await main(process.argv[2]);
