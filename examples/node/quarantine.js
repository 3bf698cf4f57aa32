/**
 * Keeps deliveries that do not verify, while it is not settled how AI Rudder signs: the vendor does not publish it, the scheme
 * of `Webhooks` is an assumption, and a refused delivery is gone after six attempts. `replay.js` finds the scheme out from the
 * kept deliveries, and reads them. Then set AIRUDDER_WEBHOOK_SCHEME: from then on, unverified deliveries are refused.
 */
import { stat } from "node:fs/promises";
import { Lines } from "./lines.js";

/** The largest number of kept deliveries: anybody can send unverified ones. */
const MOST = 10_000;
/** Their largest total size. A delivery that finds no room is answered 503, and comes again. */
const MOST_BYTES = 256 * 1024 * 1024;

/** A file of JSON lines. */
export class Quarantine {
  #lines;
  #count;
  #bytes;

  /**
   * @param {Lines} lines
   * @param {number} count
   * @param {number} bytes
   */
  constructor(lines, count, bytes) {
    this.#lines = lines;
    this.#count = count;
    this.#bytes = bytes;
  }

  /** Opens a file, and counts its content. @param {string} path */
  static async open(path) {
    const lines = await Lines.open(path);
    let count = 0;
    for await (const _ of lines.read()) {
      count += 1;
    }
    return new Quarantine(lines, count, (await stat(path)).size);
  }

  /** Keeps a delivery, on the disk; fails where there is no room. @param {import("airudder").Unverified} delivery */
  async keep({ method, url, headers, body, receivedAt }) {
    const kept = { receivedAt, method, url, headers, body: Buffer.from(body).toString("base64") };
    const bytes = JSON.stringify(kept).length;
    if (this.#count >= MOST || this.#bytes + bytes > MOST_BYTES) {
      throw new Error("the quarantine is full: run replay.js, and set AIRUDDER_WEBHOOK_SCHEME");
    }
    this.#count += 1;
    this.#bytes += bytes;
    await this.#lines.append(kept);
  }
}

/**
 * The scheme, once it is settled, and until then the quarantine.
 *
 * @param {string} path
 */
export async function untilSettled(path) {
  const scheme = process.env.AIRUDDER_WEBHOOK_SCHEME || undefined;
  if (scheme !== undefined) {
    return { scheme, quarantine: undefined };
  }
  const kept = await Quarantine.open(path);
  /** @param {import("airudder").Unverified} delivery */
  const quarantine = (delivery) => kept.keep(delivery);
  return { scheme, quarantine };
}

/** The deliveries of a file, the oldest first. @param {string} path */
export async function* kept(path) {
  const lines = await Lines.open(path);
  try {
    for await (const { receivedAt, body, ...delivery } of lines.read()) {
      yield { ...delivery, receivedAt: new Date(receivedAt), body: Buffer.from(body, "base64") };
    }
  } finally {
    await lines.close();
  }
}
