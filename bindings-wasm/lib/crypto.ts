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
import { bytes } from "./runtime/bytes.js";
import type { URL as WebUrl } from "./runtime/globals.js";
import { fieldText, type HeaderFields, headOf, pairs } from "./runtime/headers.js";
import { randomBlock } from "./runtime/platform.js";
import { checkedAs, hrefOf, optionalString, STRING, URL_TEXT } from "./runtime/settings.js";

export type { Captured, Detection } from "./detect/captured.js";

/** The cipher of requests and responses [documented]. */
const CIPHER = "aes-ecb:zero:base64";
/** The scheme of signatures [assumed]. */
const SCHEME = "hmac-sha256:hex:body";

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
  const { cipher = CIPHER, iv = randomBlock(), headers = [] } = options;
  return enter((native) =>
    native.encrypt(bytes(plain), checkedAs(key, "key", STRING), String(cipher), bytes(iv), fieldText(pairs(headers))),
  );
}

/**
 * Decrypts the output of `encrypt`, or a whole body that the cipher says where to look in. Of ciphers only `aes-gcm` tells
 * that a text was changed (E6008). With any other, decrypt what a signature vouches for.
 */
export function decrypt(text: string | Uint8Array, key: string, options: CipherOptions = {}): Uint8Array {
  const { cipher = CIPHER, headers = [] } = options;
  return enter((native) =>
    native.decrypt(bytes(text), checkedAs(key, "key", STRING), String(cipher), fieldText(pairs(headers))),
  );
}

/**
 * The `Signed` header: the lower-case hex SHA-256 of the plain text. It is unkeyed: it shows accidents, not attackers.
 */
export function digest(plain: string | Uint8Array): string {
  return enter((native) => native.digest(bytes(plain)));
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
  return enter((native) => native.sign(...signing(body, secret, options)));
}

/** Checks a signature in constant time; throws a `WebhookError` (E5002) if it is not right. */
export function verify(signature: string, body: string | Uint8Array, secret: string, options: SignOptions = {}): void {
  enter((native) => native.verify(String(signature), ...signing(body, secret, options)));
}

/** What the module takes to sign or to verify. */
function signing(body: string | Uint8Array, secret: string, options: SignOptions): Signing {
  const { scheme = SCHEME, key, headers = [], method = "POST", url = "", plain } = options;
  return [
    bytes(body),
    checkedAs(secret, "secret", STRING),
    String(scheme),
    optionalString(key, "key"),
    headOf(
      checkedAs(method, "method", STRING),
      hrefOf(checkedAs(url, "url", URL_TEXT)) ?? "",
      fieldText(pairs(headers)),
    ),
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
