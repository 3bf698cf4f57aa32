/**
 * Finds out from a quarantine how AI Rudder signs and encrypts, and stores the events that were kept meanwhile:
 *
 *     AIRUDDER_WEBHOOK_SECRET=... node replay.js quarantine.jsonl events.jsonl
 *
 * It prints the scheme for AIRUDDER_WEBHOOK_SCHEME: set it, and start the receiver again. Stop the receiver before, since it
 * writes events to the same file; it may be run again, for each event is stored once. When all is well, remove the quarantine.
 */
import { AirudderError, crypto, Webhooks } from "airudder";
import { kept } from "./quarantine.js";
import { Store } from "./store.js";

/** Tries the deliveries until one shows the scheme of its signature. */
async function detect(path, secret, encryptionKey) {
  for await (const { headers, body, method, url } of kept(path)) {
    try {
      const found = crypto.detect({ headers, body, method, url, secret, encryptionKey });
      if (found.scheme !== undefined) {
        return found;
      }
    } catch (error) {
      if (!(error instanceof AirudderError)) throw error; // else it is one that is too large to be tried
    }
  }
  return undefined;
}

async function main([path, events]) {
  const { AIRUDDER_WEBHOOK_SECRET: secret, AIRUDDER_ENCRYPTION_KEY } = process.env;
  if (events === undefined || !secret) {
    console.error("usage: AIRUDDER_WEBHOOK_SECRET=... node replay.js quarantine.jsonl events.jsonl");
    return 2;
  }
  const encryptionKey = AIRUDDER_ENCRYPTION_KEY || undefined;
  const found = await detect(path, secret, encryptionKey);
  if (found === undefined) {
    console.log("no delivery in quarantine is signed in a known way by this secret");
    return 1;
  }
  console.log([...found.notes, `AIRUDDER_WEBHOOK_SCHEME=${found.scheme}`].join("\n"));
  const hooks = new Webhooks({ secret, scheme: found.scheme, encryptionKey, cipher: found.cipher });
  const store = await Store.open(events);
  let [verified, left] = [0, 0];
  for await (const { headers, body, method, url, receivedAt } of kept(path)) {
    let event;
    try {
      // A time that is signed is compared with the time of receipt.
      event = hooks.unwrap(body, headers, { method, url, receivedAt });
    } catch (error) {
      if (!(error instanceof AirudderError)) throw error;
      left += 1; // not AI Rudder's
      continue;
    }
    await store.add(event);
    verified += 1;
  }
  await store.close();
  console.log(`${verified} verified, ${store.duplicates} of them stored before; ${left} do not verify`);
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
