/**
 * What a receiver keeps, in files of JSON lines: events, each one once, and in quarantine the deliveries that it cannot
 * verify yet. A database with a unique key does the same.
 *
 * The order matters: take the raw bytes, give them to `Inbox.receive`, and answer with the status that it returns and the
 * body `{}`. What gets a 200 is on the disk. Work on the results later, from the file.
 *
 * How AI Rudder signs is not published: the scheme of `Webhooks` is an assumption until `crypto.detect` has named it from a
 * delivery. A receiver that answered 400 meanwhile would lose each result after six attempts. So it keeps what does not
 * verify, and `replay.js` reads it once the scheme is known. Then set AIRUDDER_WEBHOOK_SCHEME, and forgeries get a 400.
 */
import { open, rename, rm } from "node:fs/promises";
import { AirudderError, Webhooks } from "airudder";

/** How many deliveries are kept in quarantine, since anybody may send some, and how many bytes, heads included. */
const LIMITS = { deliveries: 10_000, bytes: 256 * 1024 * 1024 };

/** A file of lines. What is appended while another append is under way goes to the disk together. */
class Lines {
  #file;
  /** @type {string[]} */
  #waiting = [];
  /** @type {Promise<void> | undefined} */
  #writing;

  /** @param {import("node:fs/promises").FileHandle} file */
  constructor(file) {
    this.#file = file;
  }

  /** Opens a file, which only this user may read: what is in it is personal. @param {string} path */
  static async open(path) {
    return new Lines(await open(path, "a+", 0o600));
  }

  /** What each line says. One that a crash tore is none. */
  async *read() {
    for await (const line of this.#file.readLines({ autoClose: false, start: 0 })) {
      try {
        yield JSON.parse(line);
      } catch {
        // AI Rudder got no answer for it, and sends it again.
      }
    }
  }

  /** Appends what `value` is; it is on the disk when the promise is kept. @param {unknown} value */
  async append(value) {
    // An empty line before each keeps it apart from one that a crash tore.
    this.#waiting.push(`\n${JSON.stringify(value)}\n`);
    return this.#flush();
  }

  async close() {
    await this.#writing;
    await this.#file.close();
  }

  async #flush() {
    const before = this.#writing;
    if (before !== undefined) {
      await before.catch(() => {});
      return this.#writing ?? this.#flush();
    }
    this.#writing = (async () => {
      await new Promise((resolve) => setImmediate(resolve));
      const lines = this.#waiting.splice(0).join("");
      await this.#file.appendFile(lines);
      await this.#file.datasync();
    })().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }
}

/** The events of a file, and what came of further deliveries. */
export class Store {
  #lines;
  /** Dedupe key to the promise that the event is on the disk. @type {Map<string, Promise<void>>} */
  #saved = new Map();
  /** Case id to ring type. @type {Map<string, string>} */
  #results = new Map();
  deliveries = 0;
  duplicates = 0;
  refused = 0;

  /** @param {Lines} lines */
  constructor(lines) {
    this.#lines = lines;
  }

  /** Opens a file, with what it has already. @param {string} path */
  static async open(path) {
    const store = new Store(await Lines.open(path));
    for await (const { key, ...event } of store.#lines.read()) {
      store.#saved.set(key, Promise.resolve());
      store.#read(event);
    }
    return store;
  }

  /** Stores the event; one that was stored before changes nothing. @param {import("airudder").Event} event */
  async add(event) {
    this.deliveries += 1;
    let saved = this.#saved.get(event.dedupeKey);
    if (saved === undefined) {
      const { dedupeKey: key, type, data } = event;
      saved = this.#lines.append({ key, type, data });
      this.#saved.set(key, saved);
      // What is not on the disk must be written when it comes again.
      saved.then(
        () => this.#read(event),
        () => this.#saved.delete(key),
      );
    } else {
      this.duplicates += 1;
    }
    await saved;
  }

  /** How many contacts have a result. */
  get size() {
    return this.#results.size;
  }

  /** Case id and ring type of each contact that has a result. */
  get results() {
    return [...this.#results];
  }

  async close() {
    await this.#lines.close();
  }

  /** @param {import("airudder").Event} event */
  #read(event) {
    if (event.type === "workflow.call.finished" && event.data.case_id) {
      this.#results.set(event.data.case_id, event.data.details?.[0]?.ring_type ?? "");
    }
  }
}

/** Deliveries that could not be verified, in a file of their own. */
export class Quarantine {
  #path;
  #lines;
  #limits;
  #deliveries = 0;
  #bytes = 0;

  /** @param {string} path @param {Lines} lines @param {typeof LIMITS} limits */
  constructor(path, lines, limits) {
    this.#path = path;
    this.#lines = lines;
    this.#limits = limits;
  }

  /** @param {string} path */
  static async open(path, limits = LIMITS) {
    const quarantine = new Quarantine(path, await Lines.open(path), limits);
    for await (const kept of quarantine.#lines.read()) {
      quarantine.#count(kept);
    }
    return quarantine;
  }

  /**
   * Keeps a delivery; false if the quarantine is full.
   *
   * @param {Uint8Array} body
   * @param {import("airudder").HeaderFields} headers
   */
  async keep(body, headers) {
    const fields = Symbol.iterator in headers ? [...headers] : Object.entries(headers);
    const kept = { receivedAt: new Date().toISOString(), headers: fields, body: Buffer.from(body).toString("base64") };
    const { deliveries, bytes } = this.#limits;
    if (this.#deliveries >= deliveries || this.#bytes + sizeOf(kept) > bytes) {
      return false;
    }
    this.#count(kept);
    await this.#lines.append(kept);
    return true;
  }

  /** The deliveries, the oldest first. */
  async *read() {
    for await (const { receivedAt, headers, body } of this.#lines.read()) {
      yield { receivedAt: new Date(receivedAt), headers, body: Buffer.from(body, "base64") };
    }
  }

  /**
   * Verifies what is in quarantine, and stores it; the rest stays. The receiver must not run meanwhile.
   *
   * @param {Webhooks} hooks
   * @param {Store} store
   */
  async replay(hooks, store) {
    const counts = { verified: 0, left: 0 };
    await rm(`${this.#path}.new`, { force: true });
    const rest = await Lines.open(`${this.#path}.new`);
    for await (const { receivedAt, headers, body } of this.read()) {
      let event;
      try {
        event = hooks.unwrap(body, headers, { receivedAt });
      } catch {
        await rest.append({ receivedAt, headers, body: body.toString("base64") });
        counts.left += 1;
        continue;
      }
      await store.add(event);
      counts.verified += 1;
    }
    await rest.close();
    await this.#lines.close();
    await rename(`${this.#path}.new`, this.#path);
    return counts;
  }

  async close() {
    await this.#lines.close();
  }

  #count(kept) {
    this.#deliveries += 1;
    this.#bytes += sizeOf(kept);
  }
}

const sizeOf = (kept) => JSON.stringify(kept).length;

/** Takes deliveries: those that verify into the store, all others into quarantine until the scheme is settled. */
export class Inbox {
  #hooks;
  #store;
  #quarantine;

  /** @param {Webhooks} hooks @param {Store} store @param {Quarantine} [quarantine] none once the scheme is settled */
  constructor(hooks, store, quarantine) {
    this.#hooks = hooks;
    this.#store = store;
    this.#quarantine = quarantine;
  }

  /**
   * Makes one of AIRUDDER_WEBHOOK_SECRET, and of AIRUDDER_ENCRYPTION_KEY if events are encrypted. `replay.js` tells
   * AIRUDDER_WEBHOOK_SCHEME, which settles the matter, and AIRUDDER_WEBHOOK_CIPHER.
   *
   * @param {string} path
   * @returns {Promise<Inbox>}
   */
  static async fromEnv(path = process.env.EVENTS || "events.jsonl") {
    const { env } = process;
    const scheme = env.AIRUDDER_WEBHOOK_SCHEME || undefined;
    const hooks = new Webhooks({
      secret: env.AIRUDDER_WEBHOOK_SECRET,
      scheme,
      encryptionKey: env.AIRUDDER_ENCRYPTION_KEY || undefined,
      cipher: env.AIRUDDER_WEBHOOK_CIPHER || undefined,
    });
    const quarantine = scheme === undefined ? await Quarantine.open(`${path}.quarantine`) : undefined;
    return new Inbox(hooks, await Store.open(path), quarantine);
  }

  /**
   * Takes one delivery, and gives the status to answer with.
   *
   * 200: stored, or kept. 413: too large. 400: not AI Rudder's, whatever is wrong with it: who could tell a wrong signature
   * from a wrong padding might decrypt by trying. 500 and 503: AI Rudder is to send it again.
   *
   * @param {Uint8Array} body
   * @param {import("airudder").HeaderFields} headers
   * @returns {Promise<number>}
   */
  async receive(body, headers) {
    try {
      return await this.#take(body, headers);
    } catch (error) {
      console.error("neither stored nor kept:", error);
      return 500;
    }
  }

  async #take(body, headers) {
    let event;
    try {
      event = this.#hooks.unwrap(body, headers);
    } catch (error) {
      if (!(error instanceof AirudderError)) {
        throw error;
      }
      this.#store.refused += 1;
      if (error.code === "E5003") {
        return 413;
      }
      if (this.#quarantine === undefined) {
        return 400;
      }
      return (await this.#quarantine.keep(body, headers)) ? 200 : 503;
    }
    await this.#store.add(event);
    return 200;
  }
}
