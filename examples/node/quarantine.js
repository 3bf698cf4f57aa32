/**
 * Keeps deliveries that do not verify, while it is not settled how AI Rudder signs: the vendor does not publish it, the scheme
 * of `Webhooks` is an assumption, and what is refused is gone after six attempts. `replay.js` finds the scheme out from what
 * was kept, and reads it. Then set AIRUDDER_WEBHOOK_SCHEME: from then on, what does not verify is refused.
 */
import { open } from "node:fs/promises";

/** Anybody can send what does not verify: so many deliveries are kept at most, */
const MOST = 10_000;
/** and so many bytes. What finds no room is answered 503, and comes again. */
const MOST_BYTES = 256 * 1024 * 1024;

/** A file of JSON lines. */
export class Quarantine {
  #file;
  #count;
  #bytes;
  /** One after the other. @type {Promise<void>} */
  #written = Promise.resolve();

  /**
   * @param {import("node:fs/promises").FileHandle} file
   * @param {number} count
   * @param {number} bytes
   */
  constructor(file, count, bytes) {
    this.#file = file;
    this.#count = count;
    this.#bytes = bytes;
  }

  /** Opens a file, with what it has already. @param {string} path */
  static async open(path) {
    const file = await open(path, "a+", 0o600);
    let count = 0;
    for await (const _ of file.readLines({ autoClose: false, start: 0 })) {
      count += 1;
    }
    return new Quarantine(file, count, (await file.stat()).size);
  }

  /** Keeps a delivery, on the disk; fails where there is no room. @param {import("airudder").Unverified} delivery */
  async keep({ headers, body, receivedAt }) {
    const line = `${JSON.stringify({ receivedAt, headers, body: Buffer.from(body).toString("base64") })}\n`;
    if (this.#count >= MOST || this.#bytes + line.length > MOST_BYTES) {
      throw new Error("the quarantine is full: run replay.js, and set AIRUDDER_WEBHOOK_SCHEME");
    }
    this.#count += 1;
    this.#bytes += line.length;
    const before = this.#written;
    const written = (async () => {
      await before.catch(() => {});
      await this.#file.appendFile(line);
      await this.#file.datasync();
    })();
    this.#written = written;
    await written;
  }
}

/**
 * The scheme, once it is settled, and until then what keeps deliveries.
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
  const file = await open(path);
  for await (const line of file.readLines()) {
    const { receivedAt, headers, body } = JSON.parse(line);
    yield { receivedAt: new Date(receivedAt), headers, body: Buffer.from(body, "base64") };
  }
}
