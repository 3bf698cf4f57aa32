/**
 * Keeps events in a file of JSON lines, each one once. A database with a unique key does the same.
 *
 * The order matters: an event is on the disk before AI Rudder gets its answer. Work on the results later, from the file.
 */
import { Lines } from "./lines.js";

/** The events of a file, and counts of further deliveries. */
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

  /** Opens a file, and reads its events. @param {string} path */
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
      this.#read(event);
      saved = this.#lines.append({ key: event.dedupeKey, type: event.type, data: event.data });
      this.#saved.set(event.dedupeKey, saved);
    } else {
      this.duplicates += 1;
    }
    await saved;
  }

  /** The number of contacts that have a result. */
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
