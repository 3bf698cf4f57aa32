/** Events. */
import type { EventData } from "./types.js";

/** What every event has. */
interface Received {
  /** Whether a signature was checked and found right. */
  readonly verified: boolean;
  /** The JSON text as it came, decrypted. */
  readonly raw: string;
  /**
   * 64 hex digits, the same for each delivery of one event. AI Rudder delivers an event up to six times [documented]; that
   * a repetition says the same is assumed.
   */
  readonly dedupeKey: string;
}

/** An event of a type that this library knows. */
export interface EventOf<Type extends keyof EventData> extends Received {
  /** What it is. */
  readonly type: Type;
  readonly known: true;
  /** What it says, with the API's own field names. Fields that this library does not know are there, too. */
  readonly data: EventData[Type];
}

/** A type of one's own, so that the known texts tell the known events from the others. */
declare enum UnknownType {
  Text = "any text but those of the known types",
}

/** An event of a type that this library does not know. */
export interface UnknownEvent extends Received {
  /** A text: that of its `event` field, or `unknown`. */
  readonly type: UnknownType;
  readonly known: false;
  /** What it says. */
  readonly data: Record<string, unknown>;
}

/** An event of a known type: `event.type` tells what `event.data` is. */
export type KnownEvent = { [Type in keyof EventData]: EventOf<Type> }[keyof EventData];

/** An event. Where `event.type` is one of the known types, it tells what `event.data` is. */
export type Event = KnownEvent | UnknownEvent;

/** An event as it is made. */
interface Fields extends Received {
  readonly type: string;
  readonly known: boolean;
  readonly data: unknown;
}

/** Shows sizes alone where it is printed: events hold personal data. `JSON.stringify` writes all of it. */
class ReceivedEvent implements Fields {
  readonly type: string;
  readonly known: boolean;
  readonly verified: boolean;
  readonly data: unknown;
  readonly raw: string;
  readonly dedupeKey: string;

  constructor(fields: Fields) {
    this.type = fields.type;
    this.known = fields.known;
    this.verified = fields.verified;
    this.data = fields.data;
    this.raw = fields.raw;
    this.dedupeKey = fields.dedupeKey;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `Event { ${this.type}, verified: ${this.verified}, ${this.raw.length} characters }`;
  }
}

/** An event of these fields. */
export function event(fields: Fields): Event {
  return new ReceivedEvent(fields) as Fields as Event;
}
