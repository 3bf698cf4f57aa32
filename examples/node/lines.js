/** Files of JSON lines that survive a crash. */
import { open } from "node:fs/promises";

/** A file of lines. Appends that wait for an earlier one go to the disk together. */
export class Lines {
  #file;
  /** @type {string[]} */
  #waiting = [];
  /** @type {Promise<void> | undefined} */
  #writing;

  /** @param {import("node:fs/promises").FileHandle} file */
  constructor(file) {
    this.#file = file;
  }

  /** Opens a file, readable by this user alone: its content is personal. @param {string} path */
  static async open(path) {
    return new Lines(await open(path, "a+", 0o600));
  }

  /** The parsed lines; a line that a crash tore is left out. */
  async *read() {
    for await (const line of this.#file.readLines({ autoClose: false, start: 0 })) {
      try {
        yield JSON.parse(line);
      } catch {
        // AI Rudder got no answer for it, and sends it again.
      }
    }
  }

  /** Appends a value as JSON; it is on the disk when the promise is fulfilled. @param {unknown} value */
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
