/**
 * The building blocks of AI Rudder's encryption and signatures, for those who only need these.
 *
 * Requests and responses are encrypted by AES in ECB mode with the vendor's own zero padding, in Base64 [documented].
 * ECB shows repeated blocks: it is the vendor's choice; TLS protects the traffic. How events are encrypted
 * and signed is not published: `detect` finds it out from a captured delivery.
 */
import { type Captured, type Detection, detector } from "./detect/captured.js";
import type { Signing } from "./receive/glue.js";
import { enter } from "./receive/native.js";
import { bytes, isBytes } from "./runtime/bytes.js";
import type { URL as WebUrl } from "./runtime/globals.js";
import { fieldText, type HeaderFields, headOf, pairs } from "./runtime/headers.js";
import { randomBlock } from "./runtime/platform.js";
import { checkedAs, hrefOf, type Kind, OBJECT, STRING, settings, URL_TEXT } from "./runtime/settings.js";

export type { Captured, Detection } from "./detect/captured.js";

/** The cipher of requests and responses [documented]. */
const CIPHER = "aes-ecb:zero:base64";
/** The scheme of signatures [assumed]. */
const SCHEME = "hmac-sha256:hex:body";

const BYTES: Kind = { what: "bytes", fits: isBytes };
const DECRYPT = { cipher: STRING, headers: OBJECT };
const ENCRYPT = { ...DECRYPT, iv: BYTES };
const SIGN = {
  scheme: STRING,
  key: STRING,
  headers: OBJECT,
  method: STRING,
  url: URL_TEXT,
  plain: { what: "a string, or bytes", fits: (value: unknown) => STRING.fits(value) || isBytes(value) },
};

/** How a text is encrypted. */
export interface CipherOptions {
  /**
   * `<mode>:<padding>:<encoding>` with options behind it, or a preset such as `feishu`: see docs/ciphers.md. Absent:
   * `aes-ecb:zero:base64`, that of requests [documented].
   */
  cipher?: string | undefined;
  /** The header fields, for a cipher whose initialization vector or additional data stands there. */
  headers?: HeaderFields | undefined;
}

/**
 * Encrypts; a string is encoded as UTF-8. `key` is a string in the form that the cipher names: of 16, 24 or 32 bytes, if
 * none.
 *
 * @param options `iv` is 16 random bytes, for ciphers that write an initialization vector or a frame; absent: they are made.
 *
 * @example
 * crypto.encrypt("0123456789abcdef", "airudderredduria"); // "6eK3sOQOSuWBIj7Fj0MdEggkmNTgimEHedXC8888uR0="
 */
export function encrypt(
  plain: string | Uint8Array,
  key: string,
  options: CipherOptions & { iv?: Uint8Array | undefined } = {},
): string {
  const { cipher = CIPHER, iv = randomBlock(), headers = [] } = settings(options, ENCRYPT);
  const [text, secret, block, fields] = [bytes(plain), checkedAs(key, "key", STRING), bytes(iv), pairs(headers)];
  return enter((native) => native.encrypt(text, secret, cipher, block, fieldText(fields)));
}

/**
 * Decrypts the output of `encrypt`, or a whole body that the cipher says where to look in. Of ciphers only `aes-gcm` tells
 * that a text was changed (E6008). With any other, decrypt what a signature vouches for.
 */
export function decrypt(text: string | Uint8Array, key: string, options: CipherOptions = {}): Uint8Array {
  const { cipher = CIPHER, headers = [] } = settings(options, DECRYPT);
  const [encrypted, secret, fields] = [bytes(text), checkedAs(key, "key", STRING), pairs(headers)];
  return enter((native) => native.decrypt(encrypted, secret, cipher, fieldText(fields)));
}

/**
 * The `Signed` header: the lower-case hex SHA-256 of the plain text. It is unkeyed: it shows accidents, not attackers.
 */
export function digest(plain: string | Uint8Array): string {
  const text = bytes(plain);
  return enter((native) => native.digest(text));
}

/** The parameters of a signature. */
export interface SignOptions {
  /**
   * `<digest>:<encoding>:<message>`: `hmac-sha256`, `hmac-sha1`, `hmac-md5`, `sha256`, `sha1` or `md5`; `hex` or
   * `base64`; and `body`, `secret`, `key`, `'literal'` and `header(Name)`, joined by `+`. Absent:
   * `hmac-sha256:hex:body` [assumed].
   */
  scheme?: string | undefined;
  /** The sign key, for schemes with the part `key`. */
  key?: string | undefined;
  /** The header fields, for schemes that sign some. */
  headers?: HeaderFields | undefined;
  /** The HTTP method, for schemes with the part `method`: `POST`. */
  method?: string | undefined;
  /** The URL as its sender knows it, with its query: for schemes that sign it. */
  url?: string | WebUrl | undefined;
  /** The body before it was encrypted, for schemes with the part `plain`; absent: it is not encrypted. */
  plain?: string | Uint8Array | undefined;
}

/**
 * The signature of a body.
 *
 * @example
 * crypto.sign("{}", "fake-secret", { scheme: "hmac-md5:hex:body" }); // "87375415beec3572951a5240b33e5a82"
 */
export function sign(body: string | Uint8Array, secret: string, options: SignOptions = {}): string {
  const given = signing(body, secret, options);
  return enter((native) => native.sign(...given));
}

/** Checks a signature in constant time; throws a `WebhookError` (E5002) if it is not right. */
export function verify(signature: string, body: string | Uint8Array, secret: string, options: SignOptions = {}): void {
  const [expected, given] = [checkedAs(signature, "signature", STRING), signing(body, secret, options)];
  enter((native) => native.verify(expected, ...given));
}

/** What the module takes to sign or to verify. */
function signing(body: string | Uint8Array, secret: string, options: SignOptions): Signing {
  const { scheme = SCHEME, key, headers = [], method = "POST", url, plain } = settings(options, SIGN);
  return [
    bytes(body),
    checkedAs(secret, "secret", STRING),
    scheme,
    key,
    headOf(method, hrefOf(url) ?? "", fieldText(pairs(headers))),
    plain === undefined ? undefined : bytes(plain),
  ];
}

/**
 * Tries every known scheme and cipher on a captured delivery.
 *
 * Outside of Node, Bun and Deno, `import "airudder/detect"` once: it is a module of its own, which a page or a worker that
 * does not need it is spared.
 *
 * @throws ValidationError (E1001) It was not imported.
 */
export function detect(captured: Captured): Detection {
  return detector()(captured);
}
