/**
 * A journal in a database: a fence keeps off a worker that lost its turn, and a lease tells when one is dead.
 *
 * The lease has an epoch, which each new holder raises. Lines are appended in one transaction with a change of the lease
 * under the holder's own epoch: a worker that was paused, and whose lease was taken over meanwhile, changes nothing.
 */
import { onAbort } from "../runtime/abort.js";
import { bytes } from "../runtime/bytes.js";
import type { AbortSignal } from "../runtime/globals.js";
import type { Journal, PartitionedJournal } from "../runtime/journal.js";
import { fault } from "../runtime/native.js";

/** Settings of a journal in a database. */
export interface JournalOptions {
  /** The journal's name, one for each campaign. */
  name: string;
  /**
   * After so many milliseconds without a sign a holder is taken for dead: 60 000. A campaign that is paused for longer
   * sends nothing more. The client's `timeoutMs` is a third of it or
   * less: else a campaign is `E1001`.
   */
  leaseMs?: number | undefined;
  /** How long to wait for the lease of a holder that may be dead: until it has run out. */
  waitMs?: number | undefined;
}

/** Who has a journal, until when by the database's clock, and how long from now that is. */
export interface Holder {
  holder: string;
  untilMs: number;
  leftMs: number;
}

/** What a database does for one journal, each in one transaction. */
export interface Store {
  /** Gets ready, for instance by making its tables. */
  prepare(): Promise<void>;
  /** Takes the lease if it is free or has run out, and gives its new epoch; otherwise gives who has it. */
  take(holder: string, leaseMs: number): Promise<number | Holder>;
  /** Renews the lease of this epoch; false where somebody else has a newer one. */
  renew(epoch: number, leaseMs: number): Promise<boolean>;
  giveBack(epoch: number): Promise<unknown>;
  /** All that was appended, in its order. */
  lines(): Promise<string[]>;
  /** Appends to a journal of so many bytes, and renews the lease; false where either is no longer so. */
  append(epoch: number, leaseMs: number, at: number, lines: string, size: number): Promise<boolean>;
  /** Appends to an empty journal, whoever has the lease, and gives what was appended first. */
  head(line: string, size: number): Promise<string>;
}

/** A journal in a database, for one campaign at a time, wherever its worker runs. */
export class LeasedJournal implements PartitionedJournal {
  readonly #connect: (name: string) => Store;
  readonly #store: Store;
  readonly #kind: string;
  readonly #name: string;
  readonly #leaseMs: number;
  readonly #waitMs: number;
  #epoch = 0;
  #renewedMs = Number.NEGATIVE_INFINITY;
  #lost = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @internal */
  constructor(
    connect: (name: string) => Store,
    kind: string,
    { name, leaseMs = 60_000, waitMs = leaseMs + 1000 }: JournalOptions,
  ) {
    if (typeof name !== "string" || name === "") {
      throw fault(1001, "a journal in a database needs a name", "/journal");
    }
    if (!(leaseMs >= 1000) || !(waitMs >= 0)) {
      throw fault(
        1001,
        "leaseMs is a number of milliseconds, 1000 or more, and waitMs one that is not negative",
        "/journal",
      );
    }
    this.#connect = connect;
    this.#store = connect(name);
    this.#kind = kind;
    this.#name = name;
    this.#leaseMs = leaseMs;
    this.#waitMs = waitMs;
  }

  /** After so many milliseconds without a sign a holder is taken for dead. */
  get leaseMs(): number {
    return this.#leaseMs;
  }

  /**
   * Takes the lease and reads the journal. A holder that died leaves a lease that runs out: that is waited for. One that
   * is alive renews it: `E1018`. Waiting ends when the signal aborts.
   */
  async read(signal?: AbortSignal): Promise<string> {
    await this.#store.prepare();
    this.#epoch = await this.#take(signal);
    this.#lost = false;
    this.#timer = setInterval(() => this.#renew(), this.#leaseMs / 6);
    (this.#timer as { unref?: () => void }).unref?.();
    try {
      return (await this.#store.lines()).join("");
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Appends in one transaction, under the lease. */
  async append(lines: string, at: number): Promise<void> {
    const began = now();
    const size = bytes(lines).length;
    if (this.#lost || !(await this.#store.append(this.#epoch, this.#leaseMs, at, lines, size))) {
      throw this.#conflict("somebody else took it over, or wrote to it");
    }
    this.#renewedMs = began;
  }

  /** Begins the journal with this line unless it has begun, and gives its beginning. */
  async head(line: string): Promise<string> {
    await this.#store.prepare();
    return this.#store.head(line, bytes(line).length);
  }

  /** The journal of a partition, which is called `name/index`. */
  part(index: number): Journal {
    const options = { name: `${this.#name}/${index}`, leaseMs: this.#leaseMs, waitMs: this.#waitMs };
    return new LeasedJournal(this.#connect, this.#kind, options);
  }

  /** Returns whether at most a third of the lease has passed since it was last renewed. */
  held(): boolean {
    return !this.#lost && now() - this.#renewedMs < this.#leaseMs / 3;
  }

  /** Gives the lease back. Where that fails, it runs out. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#store.giveBack(this.#epoch).catch(() => {});
  }

  async #take(signal: AbortSignal | undefined): Promise<number> {
    const end = now() + this.#waitMs;
    const own = `${globalThis.crypto.randomUUID().slice(0, 8)}:${globalThis.process?.pid ?? ""}`;
    let first: Holder | undefined;
    for (;;) {
      const began = now();
      const taken = await this.#store.take(own, this.#leaseMs);
      if (typeof taken === "number") {
        this.#renewedMs = began;
        return taken;
      }
      first ??= taken;
      const isAlive = taken.untilMs !== first.untilMs;
      if (isAlive || now() >= end) {
        const seconds = Math.round(taken.leftMs / 1000);
        throw this.#conflict(`${taken.holder} runs this campaign; its lease runs for ${seconds} s more`);
      }
      await sleep(Math.min(500, Math.max(50, taken.leftMs)), signal);
      signal?.throwIfAborted();
    }
  }

  /** Without the database the lease runs out, and `held` says so. */
  async #renew(): Promise<void> {
    const began = now();
    try {
      this.#lost = !(await this.#store.renew(this.#epoch, this.#leaseMs));
      if (!this.#lost) {
        this.#renewedMs = Math.max(this.#renewedMs, began);
      }
    } catch {}
  }

  #conflict(why: string): Error {
    return fault(1018, `the ${this.#kind} journal ${this.#name}: ${why}`, "/journal");
  }
}

/** Waits, or until the signal aborts. */
async function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  let forget = () => {};
  let timer: ReturnType<typeof setTimeout> | undefined;
  await new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
    forget = onAbort(signal, resolve);
  });
  clearTimeout(timer);
  forget();
}

const START = { unix: Date.now(), monotonic: performance.now() };

/** The larger progress of both clocks: one of them may stand still while the machine sleeps. */
function now(): number {
  return Math.max(Date.now() - START.unix, performance.now() - START.monotonic);
}
