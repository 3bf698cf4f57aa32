/** The settings of a campaign. */
import type { Detail } from "../generated/types.js";
import type { AbortSignal, URL as WebUrl } from "../runtime/globals.js";
import type { Journal } from "../runtime/journal.js";
import { fault } from "../runtime/native.js";
import type { Progress } from "../runtime/report.js";
import {
  COUNT,
  DATE,
  FLAG,
  FUNCTION,
  INTEGER,
  isArrayOf,
  MILLISECONDS,
  NUMBER,
  OBJECT,
  SIGNAL,
  STRING,
} from "../runtime/settings.js";
import type { Window } from "./window.js";

/** Settings of a check of contacts. */
export interface CheckOptions {
  /** Contacts as for a campaign. They are read to their end. */
  contacts: Iterable<Detail> | AsyncIterable<Detail>;
  /** As for a campaign. */
  allowDuplicates?: boolean | undefined;
  /** As for a campaign. */
  defaultCountry?: string | undefined;
  /** As for a campaign. */
  suppress?: Iterable<string> | AsyncIterable<string> | undefined;
  /** As for a campaign. */
  suppressCaseIds?: Iterable<string> | AsyncIterable<string> | undefined;
}

/** Settings of a campaign. */
export interface CampaignOptions {
  /** The template of the workflows. */
  workflow_template_id: number | bigint;
  /** The name of the workflow; further ones are called `name (2)`, `name (3)`, ... */
  name: string;
  /** The end of the workflows, as `2099-12-01 18:00:00+08:00`. */
  end_time: string;
  /**
   * Contacts as `workflow.upload_details` takes them, read as they are needed. Of one that was sent, a later run must
   * give the same fields in the same order.
   */
  contacts: Iterable<Detail> | AsyncIterable<Detail>;
  /**
   * A file of JSON lines, made if it is not there, or an object that keeps the lines elsewhere. It holds positions,
   * checksums, and the API's messages, but no contact. One process at a time may use it.
   */
  journal: string | WebUrl | Journal;
  /** Contacts in one upload, 1 to 10 000: 1000. */
  batchSize?: number | undefined;
  /** Uploads under way at once: 1. */
  inFlight?: number | undefined;
  /** Lookups of doubtful contacts under way at once: 8. */
  lookupsInFlight?: number | undefined;
  /**
   * A contact that a doubtful upload may have carried is looked up; if it is not found, again so many milliseconds
   * later, and only then sent again: 60 000. That nobody is called twice rests on the API not taking up a request later
   * than this. `never`: such a contact is never sent again; it stays doubtful.
   */
  settleMs?: number | "never" | undefined;
  /**
   * Allows a contact to come again: false. Contacts are the same when their case ids are, or, without one, their
   * numbers.
   */
  allowDuplicates?: boolean | undefined;
  /**
   * Numbers without a `+` are those of this country, as `ID`: `0812 3456 789` becomes `+628123456789`. Contacts with a
   * number that has an impossible length, a trunk zero after its country code, or two readings are rejected. By the package
   * `libphonenumber-js`, to be installed beside this one. Leave it the same as long as the campaign may be run again.
   * Without it numbers are sent as they are given.
   */
  defaultCountry?: string | undefined;
  /** Sends contacts again that the API refused in an earlier run: false. */
  retryRejected?: boolean | undefined;
  /**
   * The secret behind the journal's fingerprints of contacts: the client's `appSecret`. Give one of your own where that
   * may be replaced while the campaign runs.
   */
  journalKey?: string | undefined;
  /** Allows a journal of another host or account, where that is the same one under a new name: false. */
  sameAccount?: boolean | undefined;
  /**
   * Goes on with an earlier run only: where its journal is not, that is `E1019`, and nothing is sent. For a program that
   * is started again by itself, perhaps on a machine without the file: false.
   */
  requireJournal?: boolean | undefined;
  /**
   * The earliest time at which the campaign can have begun, as `2026-11-20 08:00:00+08:00`, where its journal was lost:
   * each contact is looked up before it is sent, `settleMs` after the start. One that is found in a workflow of this
   * campaign's name that was created since then is accepted. Whoever ran the campaign before must not run any more.
   * Where there is a journal, it says how the campaign was begun. Not with `allowDuplicates`.
   */
  recover?: string | undefined;
  /**
   * Sends one part of the campaign, as `[0, 8]`: which one, from 0, and how many there are. The rest is for others. A
   * worker takes only the contacts that `partitionOf` puts into its partition, so it may read all contacts, or those
   * alone. All workers have the same `name` and the same `journal` in a database, where each gets one of its own.
   * Workflows are called `name [0/8]`, `name [0/8] (2)`, ... With another number of partitions a campaign is not gone on
   * with: `E1012`.
   */
  partition?: readonly [index: number, count: number] | undefined;
  /** Stops before an upload with `E1020` once more contacts than this were rejected: however many. */
  maxRejected?: number | undefined;
  /** The same as a share of the contacts that were read, from 0 to 1. `maxRejected` counts where both are given. */
  maxRejectedShare?: number | undefined;
  /**
   * The time for which the API may fail before the campaign stops, in milliseconds: 600 000. Until then nothing is
   * uploaded, and a lookup asks now and then whether the API is back. What it refuses stops the campaign at once.
   */
  maxOutageMs?: number | undefined;
  /**
   * Stops once uploads were lost so often in a row: 3. Lookups showed after `settleMs` that the API does not have their
   * contacts, though it did not refuse them. Those that were under way together count once.
   */
  maxDoubtfulBatches?: number | undefined;
  /**
   * Contacts a second, on average over a few uploads and with those of all campaigns of the client: as fast as it goes.
   * With a smaller `batchSize` it is steadier.
   */
  rate?: number | undefined;
  /**
   * The hours in which contacts are uploaded, as `["08:00", "20:00", "Asia/Jakarta"]`; outside of them only those in doubt
   * are looked up. This is about uploads: when people are called is a matter of the workflow's template. Where it opens
   * again after `end_time` only, that is `E1023`.
   */
  window?: Window | undefined;
  /** Closes the window so many milliseconds earlier: 0. */
  windowMarginMs?: number | undefined;
  /**
   * Numbers that must not be called, as `+6281200000000`. They are read before anything is sent. Contacts with one of
   * them are rejected with `E1021`. Something that is no number is `E1001`. Or a function that is called and awaited with
   * the contacts of each upload, just before it, and gives the numbers among them.
   */
  suppress?: Texts | Screen | undefined;
  /** The same for case ids. */
  suppressCaseIds?: Texts | Screen | undefined;
  /**
   * Stops so many milliseconds after the start: what is under way ends and is journaled, then `E1023`
   * (`CampaignStopped`) is thrown. Run it again to go on.
   */
  deadlineMs?: number | undefined;
  /** Stops at this time in the same way. */
  stopAt?: Date | undefined;
  /** Called and awaited after each change. An error that it throws stops the campaign. */
  onProgress?: ((progress: Progress) => unknown) | undefined;
  /**
   * Stops the campaign: requests under way end and are journaled, then the signal's reason is thrown. Run it again to
   * go on.
   */
  signal?: AbortSignal | undefined;
}

/** Numbers or case ids. */
export type Texts = Iterable<string> | AsyncIterable<string>;

/** Tells of the contacts of an upload whom not to call. */
export type Screen = (contacts: Detail[]) => Texts | Promise<Texts>;

const SHARE = { what: "a number from 0 to 1", fits: (value: unknown) => typeof value === "number" };
const CONTACTS = { what: "an iterable of contacts", fits: isIterable };

const TEXTS = { what: "an iterable of texts, such as an array", fits: isIterable };

const ASKED = {
  what: "an iterable of texts, such as an array, or a function",
  fits: (value: unknown) => isIterable(value) || FUNCTION.fits(value),
};

const DURATION = {
  what: "a number of milliseconds, 0 or more",
  fits: (value: unknown) => value === 0 || MILLISECONDS.fits(value),
};

export const CHECK = {
  contacts: CONTACTS,
  allowDuplicates: FLAG,
  defaultCountry: STRING,
  suppress: TEXTS,
  suppressCaseIds: TEXTS,
};

export const CAMPAIGN = {
  workflow_template_id: INTEGER,
  name: STRING,
  end_time: STRING,
  contacts: CONTACTS,
  journal: { what: "the path of a file, or an object with `read` and `append`", fits: isJournal },
  batchSize: COUNT,
  inFlight: COUNT,
  lookupsInFlight: COUNT,
  settleMs: {
    what: `${MILLISECONDS.what}, or \`never\``,
    fits: (value: unknown) => value === "never" || MILLISECONDS.fits(value),
  },
  allowDuplicates: FLAG,
  defaultCountry: STRING,
  retryRejected: FLAG,
  journalKey: STRING,
  sameAccount: FLAG,
  requireJournal: FLAG,
  recover: STRING,
  partition: { what: "a pair: which partition, from 0, and how many there are", fits: isPair },
  maxRejected: COUNT,
  maxRejectedShare: SHARE,
  maxOutageMs: DURATION,
  maxDoubtfulBatches: COUNT,
  rate: NUMBER,
  window: { what: 'two times of day and their zone, as ["08:00", "20:00", "Asia/Jakarta"]', fits: isWindow },
  windowMarginMs: DURATION,
  suppress: ASKED,
  suppressCaseIds: ASKED,
  deadlineMs: DURATION,
  stopAt: DATE,
  onProgress: FUNCTION,
  signal: SIGNAL,
};

function isPair(value: unknown): boolean {
  return isArrayOf(value, COUNT) && value.length === 2;
}

function isWindow(value: unknown): boolean {
  return isArrayOf(value, STRING) && value.length === 3;
}

function isJournal(value: unknown): boolean {
  if (typeof value === "string" || isUrl(value)) {
    return true;
  }
  const { read, append } = Object(value) as Partial<Journal>;
  return OBJECT.fits(value) && typeof read === "function" && typeof append === "function";
}

/** Also of another realm. An own journal has no `href`. */
export function isUrl(value: unknown): value is WebUrl {
  return OBJECT.fits(value) && typeof (value as Partial<WebUrl>).href === "string";
}

type Iterables = Partial<AsyncIterable<Detail> & Iterable<Detail>>;

export function isIterable(value: unknown): boolean {
  const { [Symbol.asyncIterator]: slow, [Symbol.iterator]: fast } = Object(value) as Iterables;
  return OBJECT.fits(value) && typeof (slow ?? fast) === "function";
}

export function iterate(contacts: Iterables): Iterator<Detail> | AsyncIterator<Detail> {
  const iterator = contacts[Symbol.asyncIterator]?.() ?? contacts[Symbol.iterator]?.();
  if (iterator === undefined) {
    throw fault(1001, "contacts is an iterable of contacts", "/contacts");
  }
  return iterator;
}
