// The lines of code that set a scheme and a cipher, in each language.

/** A string in double quotes: what JSON escapes, all three languages escape in the same way. */
const quoted = (text) => JSON.stringify(text);

const LANGUAGES = {
  python: (scheme, cipher) => {
    const settings = [
      "secret=secret",
      scheme && `scheme=${quoted(scheme)}`,
      cipher && "encryption_key=key",
      cipher && `cipher=${quoted(cipher)}`,
    ];
    return `hooks = Webhooks(${settings.filter(Boolean).join(", ")})`;
  },
  javascript: (scheme, cipher) => {
    const settings = [
      "secret",
      scheme && `scheme: ${quoted(scheme)}`,
      cipher && "encryptionKey: key",
      cipher && `cipher: ${quoted(cipher)}`,
    ];
    return `const hooks = new Webhooks({ ${settings.filter(Boolean).join(", ")} });`;
  },
  c: (scheme, cipher) => {
    const lines = [
      "cfg.secret = secret;",
      scheme && `cfg.scheme = ${quoted(scheme)};`,
      cipher && "cfg.encryption_key = key;",
      cipher && `cfg.cipher = ${quoted(cipher)};`,
    ];
    return lines.filter(Boolean).join("\n");
  },
};

/** The code of a language that sets what was found; either may be absent. */
export function codeOf(language, { scheme, cipher }) {
  return LANGUAGES[language](scheme, cipher);
}
