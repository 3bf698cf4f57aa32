/** The hours in which a campaign uploads. */
import { fault } from "../runtime/native.js";

export type Window = readonly [opens: string, closes: string, zone: string];

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** So many days are worked out beforehand; after them nothing is uploaded. */
const DAYS = 400;
/** The end of the year 9999. */
const FOR_EVER = 253_402_300_799_000;

/** From when and until when nothing is uploaded, by turns, in Unix milliseconds. */
export function closedTimes(window: Window | undefined, marginMs = 0): Float64Array {
  if (window === undefined) {
    return new Float64Array();
  }
  const [opens, closes] = [timeOfDay(window[0]), timeOfDay(window[1])];
  if (opens === closes) {
    throw wrong("it opens and closes at the same time");
  }
  const utcOf = clockOf(window[2]);
  const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const closed: number[] = [];
  let closedFrom = 0;
  for (let day = today - 2 * DAY_MS; day < today + DAYS * DAY_MS; day += DAY_MS) {
    const opensAt = utcOf(day + opens);
    if (opensAt > closedFrom) {
      closed.push(closedFrom, opensAt);
    }
    const last = opens < closes ? day : day + DAY_MS;
    closedFrom = Math.max(opensAt, utcOf(last + closes) - marginMs);
  }
  return Float64Array.from([...closed, closedFrom, FOR_EVER]);
}

/** The milliseconds of a day until `08:00`. */
function timeOfDay(text: string): number {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  if (hours === undefined) {
    throw wrong("a time of day is written as 08:00");
  }
  return (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
}

/** Turns a time that clocks of a zone show, written as if it were UTC, into the real one. */
function clockOf(zone: string): (shownMs: number) => number {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
  } catch {
    throw wrong("there is no such zone");
  }
  const offsetMs = (ms: number) => {
    const name = format.formatToParts(ms).find(({ type }) => type === "timeZoneName")?.value ?? "";
    const [, sign, hours = 0, minutes = 0] = /([+-])(\d\d):(\d\d)/.exec(name) ?? [];
    return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
  };
  // Near a change of the clocks the first guess may have the other offset.
  return (shownMs) => shownMs - offsetMs(shownMs - offsetMs(shownMs));
}

function wrong(why: string): Error {
  const what = 'two times of day and their zone, as ["08:00", "20:00", "Asia/Jakarta"]';
  return fault(1001, `window is ${what}: ${why}`, "/window");
}
