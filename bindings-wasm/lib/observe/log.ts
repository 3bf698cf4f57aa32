/** Log lines. */
import { fault } from "../runtime/native.js";
import type { Kind } from "../runtime/settings.js";
import type { ClientEvents } from "./events.js";

/** Takes log lines, the fields first and a text behind them: pino's way, and `console` does. */
export interface Logger {
  debug(fields: object, text: string): unknown;
  info(fields: object, text: string): unknown;
  warn(fields: object, text: string): unknown;
  error(fields: object, text: string): unknown;
}

const LEVELS = ["debug", "info", "warn", "error"] as const;
type Level = (typeof LEVELS)[number];

export const LOGGER: Kind = {
  what: "an object with the methods debug, info, warn and error",
  fits: (value) => LEVELS.every((level) => typeof Object(value)[level] === "function"),
};

const LEVEL: Record<keyof ClientEvents, Level> = {
  request: "debug",
  response: "info",
  retry: "warn",
  wait: "info",
  phase: "info",
};

/** The line of each event. The event is among its fields, too, for whoever filters. */
const TEXT: { [Name in keyof ClientEvents]: (event: ClientEvents[Name]) => string } = {
  request: ({ operation, attempt }) => `${operation}: sends attempt ${attempt}`,
  response: ({ operation, attempt, status, milliseconds, error }) =>
    `${operation}: attempt ${attempt}: ${status ?? "no answer"} in ${Math.round(milliseconds)} ms${error ? `, ${error}` : ""}`,
  retry: ({ operation, error, delayMs }) =>
    `${operation}: tries again in ${Math.round(delayMs)} ms because of ${error}`,
  wait: ({ campaign, operation, reason, untilMs }) =>
    `${operation ?? campaign ?? "a call"}: waits, ${reason}${until(untilMs)}`,
  phase: ({ campaign, phase, untilMs, progress: { accepted, rejected, doubtful, contacts } }) =>
    `${campaign}: ${phase}${until(untilMs)}; ${accepted} accepted, ${rejected} rejected, ${doubtful} doubtful of ${contacts}`,
};

function until(ms: number | undefined): string {
  return ms === undefined || ms > LATEST_DATE ? "" : ` until ${new Date(ms).toISOString()}`;
}

/** Later ones cannot be written. */
const LATEST_DATE = 8.64e15;

/** Writes the line of an event. */
export function log<Name extends keyof ClientEvents>(logger: Logger, name: Name, event: ClientEvents[Name]): void {
  logger[LEVEL[name]]({ event: name, ...event }, TEXT[name](event));
}

/** Lines from this level on, one each, on standard error: standard output is the program's own. */
export function consoleLogger(level: string): Logger {
  const first = LEVELS.indexOf(level as Level);
  if (first < 0) {
    throw fault(1001, `AIRUDDER_LOG is ${LEVELS.join(", ")}, or not set`, "/logger");
  }
  const write = (own: Level) => (fields: object, text: string) => {
    if (LEVELS.indexOf(own) >= first) {
      console.error(`airudder ${own}: ${text} ${JSON.stringify(fields)}`);
    }
  };
  return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}
