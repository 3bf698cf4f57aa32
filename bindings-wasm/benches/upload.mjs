// An encrypted upload of 10 000 contacts up to the socket, against what people write by hand, which checks nothing.
import { createCipheriv, createHash } from "node:crypto";
import { createRequire } from "node:module";

const { Client } = createRequire(import.meta.url)("../dist/node.js");

const KEY = "fake-key-of-16-b";
const variables = {
  customer_name: "Ana Putri",
  borrow_total_money: "1234567",
  due_date: "2027-01-09",
  note: "Überweisung",
};
const details = Array.from({ length: 10_000 }, (_, index) => {
  const number = String(index).padStart(8, "0");
  return { callee: `+62000${number}`, platform: "TEMP1", caseid: `case-${number}`, variables };
});
const params = { workflow_id: "w", details };
const answer = '{"code":200,"status":"OK","data":{"workflow_id":"w","token":"fake-token"}}';
const client = new Client({
  appKey: "fake-app-key",
  appSecret: "fake-app-secret",
  encryptionKey: KEY,
  fetch: async () => new Response(answer),
});

/** As the vendor's page shows it: JSON, zero padding, AES-ECB, Base64, and the digest. */
function byHand() {
  const plain = Buffer.from(JSON.stringify(params));
  const padded = Buffer.concat([plain, Buffer.alloc(16 - (plain.length % 16))]);
  const cipher = createCipheriv("aes-128-ecb", KEY, null).setAutoPadding(false);
  const body = Buffer.concat([cipher.update(padded), cipher.final()]).toString("base64");
  return [body, createHash("sha256").update(plain).digest("hex")];
}

const RUNS = 31;
async function median(run) {
  const times = [];
  for (let index = -5; index < RUNS; index += 1) {
    const began = performance.now();
    await run();
    if (index >= 0) times.push(performance.now() - began); // the first runs warm up
  }
  return times.sort((a, b) => a - b)[(RUNS - 1) / 2];
}

const ours = await median(() => client.workflow.uploadDetails(params));
const theirs = await median(byHand);
console.log(
  `JavaScript, 10 000 contacts, ${(JSON.stringify(params).length / 1e6).toFixed(1)} MB, checked, sealed and answered:`,
);
console.log(`  airudder ${ours.toFixed(1)} ms, by hand ${theirs.toFixed(1)} ms (median of ${RUNS})`);
