/** Events that AI Rudder sends to a URL of yours. */
import type { Catalog } from "../catalog/catalog.js";
import { EVENT_TYPES } from "../generated/events.js";
import type { EventData } from "../generated/types.js";
import type { Webhooks as Machine } from "../receive/glue.js";
import { Renewed } from "../receive/native.js";
import { bytes, checkSize } from "../runtime/bytes.js";
import { AirudderError } from "../runtime/errors.js";
import type { WebRequest } from "../runtime/globals.js";
import type { Head } from "../runtime/glue.js";
import { fieldText, type HeaderFields, headOf, pairs, pick } from "../runtime/headers.js";
import { fault } from "../runtime/native.js";
import { randomBlock, warn } from "../runtime/platform.js";
import { bare, checkedAs, FUNCTION, hrefOf, OBJECT, STRING, settings } from "../runtime/settings.js";
import { EVENTS, type Event, type EventOf, type OwnEvent } from "./event.js";
import {
  type FetchHandler,
  fetchHandler,
  type NodeHandler,
  type NodeRequest,
  nodeHandler,
  type Receiver,
} from "./handlers.js";
import {
  fromEnvironment,
  HANDLER,
  type HandlerOptions,
  type Listener,
  SEND,
  type SendOptions,
  toleranceMs,
  UNWRAP,
  type UnwrapOptions,
  WEBHOOKS,
  type WebhooksOptions,
} from "./options.js";
import { ask, type Verifier } from "./verifier.js";

/**
 * Verifies, decrypts and reads events. Make one and use it for all deliveries. `Own` has the data of the events of your own
 * `catalog`, by their types.
 *
 * Answer 200 with the body `{}` as soon as an event is stored, and work on it later: anything else is sent again after
 * a minute, at most five times [documented for the predictive dialer, assumed for the rest]. So events come at least
 * once, in any order. `fetchHandler` and `nodeHandler` answer so.
 */
export class Webhooks<Own extends object = object> {
  readonly #machine: Renewed<Machine>;
  /** What an attacker could do although each signature is checked, where the scheme is a weak one. */
  readonly weakness: string | undefined;
  readonly #listeners = new Map<string, Listener>();
  readonly #maxBodyBytes: number;
  readonly #headerNames: ReadonlySet<string>;
  readonly #verify: Verifier | undefined;
  readonly #catalog: Catalog | undefined;
  #otherwise: Listener | undefined;

  /** @throws ValidationError where a setting is missing or malformed. */
  constructor(options: WebhooksOptions) {
    const { secret, verify, tolerance, catalog, maxBodyBytes = MAX_BODY_BYTES, ...given } = settings(options, WEBHOOKS);
    if (verify !== undefined && given.scheme !== undefined) {
      throw fault(1001, "give either a scheme or a verifier of your own, and not both", "/verify");
    }
    const checked = bare({
      ...given,
      secrets: typeof secret === "string" ? [secret] : [...(secret ?? [])],
      toleranceMs: toleranceMs(tolerance),
      ownVerifier: verify !== undefined,
      maxBodyBytes,
    });
    this.#maxBodyBytes = maxBodyBytes;
    this.#verify = verify;
    this.#catalog = catalog;
    this.#machine = new Renewed((native) => new native.Webhooks(checked));
    this.#headerNames = new Set(
      this.#machine.use((machine) => machine.headerNames()).map((name) => name.toLowerCase()),
    );
    this.weakness = this.#machine.use((machine) => machine.weakness());
    if (this.weakness !== undefined) {
      warn(this.weakness, "WeakSchemeWarning", "AIRUDDER_WEAK_SCHEME");
    }
  }

  /**
   * A receiver with settings from the environment; given ones take precedence.
   *
   * Reads `AIRUDDER_WEBHOOK_SECRET`, `AIRUDDER_WEBHOOK_SCHEME`, `AIRUDDER_WEBHOOK_TOLERANCE` (seconds, or `any`),
   * `AIRUDDER_WEBHOOK_CIPHER` and `AIRUDDER_ENCRYPTION_KEY` from `process.env`; empty ones count as absent, and with
   * `verify` only the last two are read.
   *
   * @throws ValidationError There is no secret, and neither `verify` nor `requireSignature: false`, which says that none
   * is needed, was given. The message names the variable; in a runtime without `process.env` it says so.
   */
  static fromEnv<Own extends object = object>(options: WebhooksOptions = {}): Webhooks<Own> {
    return new Webhooks(fromEnvironment(options));
  }

  /**
   * Verifies, decrypts and reads a delivery.
   *
   * @param body The bytes as they came: a signature is about bytes. A string is encoded as UTF-8.
   * @param headers The header fields, in any case.
   * @throws WebhookError It has no signature (E5001) or a wrong one (E5002), is too large (E5003), nested too deeply
   * (E5004) or no JSON object (E5005), was parsed before (E5006), was signed too long ago (E5007), is plain where that is
   * refused (E5008), or cannot be decrypted, and nothing else tells who sent it (E5009). Answer the same to all of them,
   * and to a `CryptoError`.
   * @throws CryptoError It is verified and cannot be decrypted.
   */
  unwrap(body: string | Uint8Array | ArrayBuffer, headers: HeaderFields, options: UnwrapOptions<Own> = {}): Event<Own> {
    const { kind, method = "POST", url, receivedAt } = settings(options, UNWRAP);
    const raw = bytes(body);
    const fields = pick(checkedAs(headers, "headers", OBJECT), this.#headerNames);
    if (this.#verify !== undefined) {
      checkSize(raw.length, this.#maxBodyBytes);
      ask(this.#verify, raw, headers);
    }
    const head = headOf(method, hrefOf(url) ?? "", fields);
    const ours = this.#catalog?.hasEvent(String(kind)) ? undefined : (kind as string | undefined);
    const unwrapped = this.#machine.use((machine) =>
      machine.unwrap(raw, head, Number(receivedAt ?? Date.now()), ours, EVENTS),
    );
    const event = this.#recognized(unwrapped, ours === kind ? undefined : String(kind));
    if (receivedAt === undefined) {
      return event;
    }
    return Object.assign(event, { receivedAt: typeof receivedAt === "number" ? new Date(receivedAt) : receivedAt });
  }

  /**
   * The header fields of a signed delivery, for tests of your receiver.
   *
   * @param headers Those that the scheme signs; they are among the result. One may be the `X-AIRudder-Sign-Key`.
   * @throws ValidationError (E1010) The scheme signs what is not there, or its signature stands in the URL or the body:
   * `crypto.sign` computes that.
   */
  sign(body: string | Uint8Array, headers: HeaderFields = {}, options: SendOptions = {}): Record<string, string> {
    const [head, at] = sending(headers, options);
    const raw = bytes(body);
    return Object.fromEntries(this.#machine.use((machine) => machine.sign(raw, head, at)));
  }

  /**
   * Header fields and body of a delivery as AI Rudder might send it, encrypted and signed as configured.
   *
   * @param headers Those that the scheme signs, and others that are to be sent.
   */
  seal(
    text: string,
    headers: HeaderFields = {},
    options: SendOptions = {},
  ): { headers: Record<string, string>; body: Uint8Array } {
    const json = checkedAs(text, "text", STRING);
    const [head, at] = sending(headers, options);
    const sealed = this.#machine.use((machine) => machine.seal(json, randomBlock(), head, at));
    return { headers: Object.fromEntries(sealed.headers), body: sealed.body };
  }

  /**
   * Has events of this type handled by `listener`.
   *
   * @throws ValidationError There is no such type: a misspelled one would wait for ever. Events that are newer than
   * this library come to `onUnknown`. Or the type has a listener already: let that one call both.
   */
  on<Type extends keyof EventData>(type: Type, listener: Listener<EventOf<Type>>): this;
  on<Type extends keyof Own & string>(type: Type, listener: Listener<OwnEvent<Own, Type>>): this;
  on(type: string, listener: Listener<never>): this {
    const types = [...EVENT_TYPES, ...(this.#catalog?.events ?? []).map(({ name }) => name)];
    if (!types.includes(type)) {
      const known = types.join(", ");
      throw fault(
        1001,
        `there is no event \`${String(type)}\`; there are ${known}; onUnknown gets all others`,
        "/type",
      );
    }
    if (this.#listeners.has(type)) {
      throw fault(1001, `\`${type}\` has a listener already: give it one that calls both`, "/type");
    }
    this.#listeners.set(type, checkedAs(listener, "listener", FUNCTION) as Listener<never> as Listener);
    return this;
  }

  /**
   * Has events that no `on` is for handled by `listener`. `onUnknown(() => {})` says that nobody wants them.
   *
   * @throws ValidationError There is such a listener already.
   */
  onUnknown(listener: Listener<Event<Own>>): this {
    if (this.#otherwise !== undefined) {
      throw fault(1001, "onUnknown has a listener already: give it one that calls both", "/listener");
    }
    this.#otherwise = checkedAs(listener, "listener", FUNCTION) as Listener;
    return this;
  }

  /**
   * Gives an event to its listener. The handlers do so where they were given no listener of their own.
   *
   * @throws ValidationError (E1025) There is no listener for it. Answer with 500, so that it comes again: a result that
   * nobody took is lost otherwise.
   */
  async dispatch(event: Event<Own>): Promise<void> {
    const listener = this.#listeners.get(event.type) ?? this.#otherwise;
    if (listener === undefined) {
      throw fault(UNHANDLED, `an event of type ${shown(event.type)} came, and no listener is for it`);
    }
    await listener(event as Event);
  }

  /**
   * A handler for Next.js, Hono, Bun, Deno and workers, from `Request` to `Response`. It never rejects.
   *
   * It answers 200 once the listener is done; 500 if it fails, or if there is none for this event, so that the event
   * comes again; 400, 413 or 405 to a request that is no event. `onError` gets the error; without it, the console.
   *
   * @param listener Takes every event; absent: those given to `on` do.
   */
  fetchHandler(listener?: Listener<Event<Own>>, options: HandlerOptions<WebRequest, Own> = {}): FetchHandler {
    return fetchHandler(this.#receiver(listener, options));
  }

  /**
   * A handler for Node's own `http` and Express. It never rejects.
   *
   * It reads the body itself, or takes `rawBody` or `body` where these are bytes or a string. It answers as
   * `fetchHandler` does.
   *
   * @param listener Takes every event; absent: those given to `on` do.
   */
  nodeHandler(listener?: Listener<Event<Own>>, options: HandlerOptions<NodeRequest, Own> = {}): NodeHandler {
    return nodeHandler(this.#receiver(listener, options));
  }

  /** The output of `console.log` in Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "Webhooks {}";
  }

  /** The event with the type that the catalog has for it, where it is none of the library's. */
  #recognized(event: Event, kind: string | undefined): Event<Own> {
    const type = kind ?? (event.known ? undefined : this.#catalog?.recognize(event.raw));
    return type === undefined ? event : (Object.assign(event, { type, known: true }) as Event<Own>);
  }

  #receiver<Request>(
    listener: Listener<Event<Own>> | undefined,
    options: HandlerOptions<Request, Own>,
  ): Receiver<Request> {
    const { kind, onError = logger(), quarantine, unhandled, url: address } = settings(options, HANDLER);
    const dispatch = async (event: Event<Own>) => {
      if (unhandled !== "accept" || this.#listeners.has(event.type) || this.#otherwise !== undefined) {
        await this.dispatch(event);
      }
    };
    return {
      maxBodyBytes: this.#maxBodyBytes,
      unwrap: (body, headers, { method, url }) => this.unwrap(body, headers, { kind, method, url }) as Event,
      take: (listener === undefined ? dispatch : checkedAs(listener, "listener", FUNCTION)) as Listener,
      onError,
      quarantine,
      address,
    };
  }
}

/** What is signed beside a body, and when. */
function sending(headers: HeaderFields, options: SendOptions): [head: Head, signedMs: number] {
  const { method = "POST", url, signedAt } = settings(options, SEND);
  const fields = fieldText(pairs(checkedAs(headers, "headers", OBJECT)));
  return [headOf(method, hrefOf(url) ?? "", fields), Number(signedAt ?? Date.now())];
}

/** The number of an event that no listener is for. */
const UNHANDLED = 1025;

/** Writes errors to the console; of events that have no listener, each once, since they come again and again. */
function logger(): (error: unknown) => void {
  const logged = new Set<string>();
  return (error) => {
    if (!(error instanceof AirudderError) || error.code !== `E${UNHANDLED}`) {
      console.error(error);
    } else if (logged.size < MAX_LOGGED && !logged.has(error.message)) {
      logged.add(error.message);
      console.warn(`${error.message}. ${error.remedy}`);
    }
  };
}

/** A sender can invent any number of types. */
const MAX_LOGGED = 100;

/** A type as it may be printed: an event may have any string here. */
function shown(type: string): string {
  return /^[\w.:-]{1,64}$/.test(type) ? `\`${type}\`` : "(not a name)";
}

const MAX_BODY_BYTES = 8 * 1024 * 1024;
