// What the random tests share: the number of examples, values, and uploads that fare as an example says.
import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import fc from "fast-check";
import { airudder } from "./support.mjs";

/** So many examples of a property are tried; `make chance` tries more. */
const EXAMPLES = Number(process.env.AIRUDDER_EXAMPLES ?? 100);

// The suites try the same examples each time, so that they do not fail now and then; `make chance` tries others.
const chosen = "AIRUDDER_EXAMPLES" in process.env ? {} : { seed: 1 };

/** Tries a property. Where it fails, seed and path of the example are printed, for `fc.assert(property, { seed, path })`. */
export const check = (property) => fc.assert(property, { ...chosen, numRuns: EXAMPLES });

/** The same for properties of whole campaigns, of which an example takes some hundredths of a second. */
export const checkCampaigns = (property) =>
  fc.assert(property, { ...chosen, numRuns: Math.max(1, Math.floor(EXAMPLES / 4)) });

/** Requires an error of the library, and nothing else. */
export function named(error) {
  assert.ok(error instanceof airudder.AirudderError, error);
  assert.ok(!error.code.startsWith("E9"), error);
  return error;
}

/** Any text, with lone surrogates and without. */
export const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.constantFrom("\ud800", "\0", "\u{1f600}", "__proto__", "constructor", "toJSON", ""),
);

/** Thrown by an object that the program gives. */
export class Mine extends Error {}
const moody = () => {
  throw new Mine();
};
const looped = (container) => Object.assign(container, { 0: container });

/** A proxy that throws, and that fast-check can show. */
const unreadable = (target, handler) =>
  new Proxy(Object.assign(target, { [fc.toStringMethod]: () => "unreadable" }), {
    ...handler,
    get: (object, name) => (name === fc.toStringMethod ? object[name] : (handler.get ?? Reflect.get)(object, name)),
  });

/** Made anew for each example, since some of them change. */
export const ODD = [
  () => undefined,
  () => Symbol("symbol"),
  () => moody,
  () => new Date(0),
  () => new Date(Number.NaN),
  () => new Map([["a", 1]]),
  () => new Set([1]),
  () => /a/,
  () => new Uint8Array(2),
  () => new ArrayBuffer(1),
  () => Promise.resolve(1),
  () => new Mine(),
  () => new String("boxed"),
  () => new Number(1),
  () => Object(1n),
  () => ({ toJSON: () => 1 }),
  () => Object.create(null),
  () => Object.create({ inherited: 1 }),
  () => Object.create(null, { constructor: { get: moody, enumerable: true } }),
  () => Object.create({ constructor: { name: Symbol("name") } }),
  () => ({
    get a() {
      return moody();
    },
  }),
  () => unreadable({ a: 1 }, { get: moody }),
  () => unreadable([1], { ownKeys: moody, getPrototypeOf: moody }),
  () => looped([]),
  () => looped({}),
  () => new Array(3),
  () => JSON.parse('{"__proto__":{"a":1}}'),
  () => 2 ** 53,
  () => -(2n ** 64n),
  () => 10n ** 3000n,
  () => -0,
];
const leaf = fc.oneof(text, fc.double(), fc.integer(), fc.bigInt(), fc.boolean(), fc.constant(null));
export const odd = fc.constantFrom(...ODD).map((make) => make());
export const { value } = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: "small", maxDepth: 5 }, leaf, odd, tie("list"), tie("object")),
  list: fc.array(tie("value"), { maxLength: 3 }),
  object: fc.dictionary(text, tie("value"), { maxKeys: 3 }),
}));

/** What may become of an upload. */
export const fates = fc.array(
  fc.constantFrom(
    "arrives",
    "arrives",
    "arrives",
    "is late",
    "is later",
    "breaks off",
    "is cut",
    "never starts",
    "gateway",
  ),
  { maxLength: 8 },
);

const UPLOAD = "/uploaddetails";
/** How many milliseconds. */
const LATE = { "is late": 20, "is later": 300 };

/**
 * A `fetch` that hands a fate to each upload, in the order in which they are sent; those that come later arrive. `moment`
 * is called at the upload of number `at`, once it was carried out and before it is answered.
 */
export class Unreliable {
  uploads = 0;

  constructor(fates = [], at = -1, moment = () => {}) {
    this.fates = fates;
    this.at = at;
    this.moment = moment;
  }

  /** From now on, each upload arrives. */
  end() {
    this.fates = [];
    this.at = -1;
  }

  fetch = async (url, init) => {
    if (!String(url).endsWith(UPLOAD)) {
      return fetch(url, init);
    }
    const number = this.uploads;
    this.uploads += 1;
    const fate = this.fates[number];
    if (fate === "never starts") {
      throw Object.assign(new Error("nobody is there"), { syscall: "connect" });
    }
    await setTimeout(LATE[fate] ?? 0);
    const response = await fetch(url, init);
    const body = await response.arrayBuffer();
    if (number === this.at) {
      this.moment();
    }
    if (fate === "breaks off") {
      throw Object.assign(new Error("the connection broke off"), { code: "ECONNRESET" });
    }
    if (fate === "gateway") {
      return new Response("", { status: 504 });
    }
    return new Response(fate === "is cut" ? body.slice(0, body.byteLength / 2) : body, { status: response.status });
  };
}
