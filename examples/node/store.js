/**
 * Keeps events in a file of JSON lines, each one once. A database with a unique key does the same.
 *
 * The order matters: an event is on the disk before AI Rudder gets its answer. Work on the results later, from the file.
 */
import { open } from "node:fs/promises";

/** The events of a file, and what came of further deliveries. */
export class Store {
  #file;
  /** Dedupe key to the promise that the event is on the disk. @type {Map<string, Promise<void>>} */
  #saved = new Map();
  /** Case id to ring type. @type {Map<string, string>} */
  #results = new Map();
  /** @type {string[]} */
  #lines = [];
  /** @type {Promise<void> | undefined} */
  #writing;
  deliveries = 0;
  duplicates = 0;
  refused = 0;

  /** @param {import("node:fs/promises").FileHandle} file */
  constructor(file) {
    this.#file = file;
  }

  /** Opens a file, with what it has already. @param {string} path */
  static async open(path) {
    const store = new Store(await open(path, "a+"));
    for await (const line of store.#file.readLines({ autoClose: false, start: 0 })) {
      const { key, ...event } = JSON.parse(line);
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
      this.#lines.push(`${JSON.stringify({ key: event.dedupeKey, type: event.type, data: event.data })}\n`);
      this.#read(event);
      saved = this.#flush();
      this.#saved.set(event.dedupeKey, saved);
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
    await this.#writing;
    await this.#file.close();
  }

  /** @param {import("airudder").Event} event */
  #read(event) {
    if (event.type === "workflow.call.finished" && event.data.case_id) {
      this.#results.set(event.data.case_id, event.data.details?.[0]?.ring_type ?? "");
    }
  }

  /** Writes what is waiting. Events that come meanwhile go to the disk together. */
  async #flush() {
    const before = this.#writing;
    if (before !== undefined) {
      await before;
      return this.#writing ?? this.#flush();
    }
    this.#writing = (async () => {
      await new Promise((resolve) => setImmediate(resolve));
      const lines = this.#lines.splice(0).join("");
      await this.#file.appendFile(lines);
      await this.#file.datasync();
    })().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }
}
