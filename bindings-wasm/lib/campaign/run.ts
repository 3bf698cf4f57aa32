/** One run of a campaign: the loop around its machine, which takes all decisions. */

import { drive, type Sending } from "../call/drive.js";
import type { Detail } from "../generated/types.js";
import type { CampaignTrace } from "../observe/campaign.js";
import { onAbort } from "../runtime/abort.js";
import { bytes } from "../runtime/bytes.js";
import { Clock } from "../runtime/clock.js";
import type { AbortSignal } from "../runtime/globals.js";
import type { Call, Campaign as Machine } from "../runtime/glue.js";
import type { Journal } from "../runtime/journal.js";
import { fault, Owned } from "../runtime/native.js";
import { LONGEST_MS, startTimer } from "../runtime/timer.js";
import { feed } from "./feed.js";
import { guarded } from "./guarded.js";
import type { ReadNumber } from "./numbers.js";

/** The machine's steps one by one, calls beside them. */
export class CampaignRun {
  readonly #machine: Owned<Machine>;
  readonly #sending: Sending;
  readonly #trace: CampaignTrace;
  readonly #journal: Journal;
  readonly #contacts: Iterator<Detail> | AsyncIterator<Detail>;
  readonly #readNumber: ReadNumber | undefined;
  readonly #screen: (contacts: string) => Promise<void>;
  readonly #show: () => Promise<void>;
  readonly #signal: AbortSignal | undefined;
  readonly #clock = new Clock();
  /** Keeps running calls from sending further requests. */
  readonly #stop = new AbortController();
  /** The calls that are under way, each with what cuts it off. */
  readonly #running = new Map<Promise<void>, { call: Owned<Call>; abort: AbortController }>();
  readonly #ended: { id: number; call: Owned<Call>; error?: unknown }[] = [];
  #reading: Promise<void> | undefined;
  #read: Detail[] | undefined;
  #readError: { error: unknown } | undefined;
  /** Ends the wait for news. */
  #wake: () => void = () => {};

  constructor(
    machine: Owned<Machine>,
    sending: Sending,
    trace: CampaignTrace,
    journal: Journal,
    contacts: Iterator<Detail> | AsyncIterator<Detail>,
    read: ReadNumber | undefined,
    screen: (contacts: string) => Promise<void>,
    show: () => Promise<void>,
    signal: AbortSignal | undefined,
  ) {
    this.#machine = machine;
    this.#sending = { ...sending, fetch: guarded(sending.fetch, journal) };
    this.#trace = trace;
    this.#journal = journal;
    this.#contacts = contacts;
    this.#readNumber = read;
    this.#screen = screen;
    this.#show = show;
    this.#signal = signal;
  }

  /** Takes up an earlier run. */
  async resume(): Promise<void> {
    const read = bytes(await this.#journal.read(this.#signal));
    const good = this.#machine.use((machine) => machine.resume(read));
    if (good === read.length) {
      return;
    }
    if (this.#journal.truncate === undefined) {
      throw fault(1001, "the journal ends in a torn line, and has no `truncate` to cut it off", "/journal");
    }
    await this.#journal.truncate(good);
  }

  async run(): Promise<void> {
    const forget = onAbort(this.#signal, () => this.#wake());
    try {
      for (;;) {
        this.#signal?.throwIfAborted();
        const { systemMs, unixMs, elapsedMs } = this.#clock;
        const step = this.#machine.use((machine) => machine.poll(systemMs, elapsedMs));
        switch (step?.kind) {
          case undefined:
            return;
          case "journal":
            await this.#journal.append(step.lines, step.at);
            this.#machine.use((machine) => machine.journalWritten());
            break;
          case "contacts":
            await this.#feed(step.want);
            break;
          case "screen":
            await this.#screen(step.contacts);
            break;
          case "call":
            this.#start(step.id, step.call);
            break;
          case "wait":
            await this.#news(step.untilMs === null ? null : unixMs + (step.untilMs - systemMs));
            break;
        }
        this.#collect();
        await this.#show();
      }
    } catch (error) {
      await this.#giveUp();
      throw error;
    } finally {
      forget();
    }
  }

  #start(id: number, machine: Call): void {
    const call = new Owned(() => machine);
    const abort = new AbortController();
    const [cut, stop] = [abort.signal, this.#stop.signal] as [AbortSignal, AbortSignal];
    const trace = this.#trace.call();
    const driven = trace.run(() => drive(call, this.#sending, cut, trace, stop));
    const running: Promise<void> = driven
      .finally(() => this.#trace.ended(trace))
      .then(
        () => this.#end({ id, call }, running),
        (error: unknown) => this.#end({ id, call, error }, running),
      );
    this.#running.set(running, { call, abort });
  }

  #end(ended: { id: number; call: Owned<Call>; error?: unknown }, running: Promise<void>): void {
    this.#running.delete(running);
    this.#ended.push(ended);
    this.#wake();
  }

  /**
   * Hands over the contacts that were read, or begins to read: slow contacts do not delay the results of running calls.
   */
  async #feed(want: number): Promise<void> {
    this.#reading ??= this.#take(want).then(
      (contacts) => {
        this.#read = contacts;
        this.#wake();
      },
      (error: unknown) => {
        this.#readError = { error };
        this.#wake();
      },
    );
    if (this.#read === undefined && this.#readError === undefined) {
      await this.#news(null);
    }
    if (this.#readError !== undefined) {
      throw this.#readError.error;
    }
    if (this.#read === undefined) {
      return;
    }
    const contacts = this.#read;
    this.#read = undefined;
    this.#reading = undefined;
    if (contacts.length === 0) {
      this.#machine.use((machine) => machine.endOfContacts());
      return;
    }
    feed(this.#machine, contacts, this.#readNumber);
  }

  async #take(want: number): Promise<Detail[]> {
    const contacts: Detail[] = [];
    while (contacts.length < want) {
      const { done, value } = await this.#contacts.next();
      if (done) {
        break;
      }
      contacts.push(value);
    }
    return contacts;
  }

  /** Waits until this time, or until a call has ended, contacts were read, or the campaign is to stop. */
  async #news(untilMs: number | null): Promise<void> {
    if (this.#ended.length > 0 || this.#signal?.aborted) {
      return;
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (untilMs !== null) {
        const target = Math.min(untilMs, this.#clock.unixMs + LONGEST_MS);
        timer = startTimer(target - this.#clock.unixMs, () => {
          this.#clock.reached(target);
          resolve();
        });
      }
    });
    clearTimeout(timer);
  }

  #collect(): void {
    for (let ended = this.#ended.shift(); ended !== undefined; ended = this.#ended.shift()) {
      const { id, call } = ended;
      if ("error" in ended) {
        call.free();
        throw ended.error;
      }
      const { systemMs, elapsedMs } = this.#clock;
      call.use((result) => this.#machine.use((machine) => machine.onResult(id, systemMs, elapsedMs, result)));
      call.free();
    }
  }

  /**
   * Starts nothing more, cuts lookups off, lets uploads that are under way end, and journals their results.
   *
   * Where that fails too, for instance on a full disk, the journal says less than it might: then more contacts are
   * doubtful, and looked up when the campaign is run again.
   */
  async #giveUp(): Promise<void> {
    this.#stop.abort();
    Promise.resolve(this.#contacts.return?.()).catch(() => {}); // not awaited: they may never come
    for (const { call, abort } of this.#running.values()) {
      if (!call.use((machine) => machine.isInDoubt())) {
        abort.abort();
      }
    }
    await Promise.all(this.#running.keys());
    try {
      this.#machine.use((machine) => machine.giveUp());
      // A call that waited for its next try has no result, and the journal has it as doubtful.
      for (const unfinished of this.#ended.filter((ended) => "error" in ended)) {
        unfinished.call.free();
        this.#ended.splice(this.#ended.indexOf(unfinished), 1);
      }
      this.#collect();
      const { systemMs, elapsedMs } = this.#clock;
      const step = this.#machine.use((machine) => machine.poll(systemMs, elapsedMs));
      if (step?.kind === "journal") {
        await this.#journal.append(step.lines, step.at);
      }
    } catch {
      // the error that stopped the campaign is thrown, not this
    }
  }
}
