/** Events. */
import type { EventData } from "../generated/types.js";
import type { Events } from "../receive/glue.js";

/** The fields of every event. */
interface Received {
  /** True where a signature was checked and found right. */
  readonly verified: boolean;
  /** The JSON text as it came, decrypted. */
  readonly raw: string;
  /**
   * 64 hex digits, the same for each delivery of one event. AI Rudder delivers an event up to six times [documented];
   * that a repetition says the same is assumed.
   */
  readonly dedupeKey: string;
  /** The time of the delivery, if `unwrap` was given it: of one that was kept and verified later. */
  readonly receivedAt?: Date;
}

/** An event that this library knows to be of this type. */
interface Known<Type extends keyof EventData> extends Received {
  /** The type. */
  readonly type: Type;
  readonly known: true;
  /** The content, with the API's own field names. Fields that this library does not know are included. */
  readonly data: EventData[Type];
}

/** An event of a type that this library does not know. */
export interface UnknownEvent extends Received {
  /** The string in its `event` field, or `unknown`. */
  readonly type: string;
  readonly known: false;
  /** The content. A field that known events have, too, is taken for the same. */
  readonly data: Record<string, unknown> & All<EventData[keyof EventData]>;
}

// TypeScript cannot express "any string but the known types": to it, an unknown event may have a known `type`, too.
// So the data of that fits each known event's, and adds nothing to what comparing `type` tells of `data`.
type All<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer Both) => void
  ? Both
  : never;

/** An event of this type: comparing `event.type` with it is enough to find out. */
export type EventOf<Type extends keyof EventData> = Known<Type> | UnknownEvent;

/** An event of a known type: `event.type` tells what `event.data` is. */
export type KnownEvent = { [Type in keyof EventData]: Known<Type> }[keyof EventData];

/** An event of a catalog of one's own, whose types `Own` has by their names. */
export type OwnEvent<Own, Type extends keyof Own & string = keyof Own & string> = {
  [Each in Type]: Received & { readonly type: Each; readonly known: true; readonly data: Own[Each] };
}[Type];

/**
 * An event. Where `event.type` is one of the known types, it tells what `event.data` is; of one of your own types it does
 * where `event.known` is true, too.
 */
export type Event<Own = object> = KnownEvent | OwnEvent<Own> | UnknownEvent;

/** Shows sizes alone where it is printed: events hold personal data. `JSON.stringify` writes all of it. */
class ReceivedEvent implements Received {
  readonly type: string;
  readonly known: boolean;
  readonly verified: boolean;
  readonly raw: string;
  readonly dedupeKey: string;
  declare data: unknown;
  declare readonly receivedAt?: Date;

  constructor(type: string, known: boolean, verified: boolean, raw: string, dedupeKey: string, data: string = raw) {
    this.type = type;
    this.known = known;
    this.verified = verified;
    this.raw = raw;
    this.dedupeKey = dedupeKey;
    Object.defineProperty(this, "data", data === raw ? DATA : dataOf(data));
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `Event { ${this.type}, verified: ${this.verified}, ${this.raw.length} characters }`;
  }
}

/** A property that is parsed when it is first read: most receivers store the text and answer. */
function dataOf(text?: string): PropertyDescriptor {
  return {
    configurable: true,
    enumerable: true,
    get(this: ReceivedEvent) {
      this.data = JSON.parse(text ?? this.raw);
      return this.data;
    },
    set(this: ReceivedEvent, value: unknown) {
      Object.defineProperty(this, "data", { value, configurable: true, enumerable: true, writable: true });
    },
  };
}

const DATA = dataOf();

/** Makes events for the module. */
export const EVENTS: Events<Event> = {
  make: (...fields) => new ReceivedEvent(...fields) as Received as Event,
};
