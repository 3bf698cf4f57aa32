// The page's behaviour. Everything is computed by the same WebAssembly modules that servers use.
import { AirudderError, Webhooks } from "airudder";
import { detect } from "airudder/detect";
import { codeOf } from "./code.mjs";
import { SAMPLES } from "./samples.js";

const DEFAULT_SCHEME = "hmac-sha256:hex:body";
const DEFAULT_CIPHER = "aes-ecb:zero:base64";

const $ = (id) => document.getElementById(id);
const field = (id) => $(id).value.trim() || undefined;

/** The bytes of a chosen file; they go before what stands in the text field. */
let fileBytes;

/** What was found, and the language in which it is shown. */
let found = {};
let language = "python";

/** The timer that ends "Copied". */
let copied;

$("method").value = "POST";
$("scheme").value = DEFAULT_SCHEME;
$("cipher").value = DEFAULT_CIPHER;

$("delivery").addEventListener("submit", (event) => {
  event.preventDefault();
  inspect();
});
$("show").addEventListener("change", ({ target }) => {
  for (const id of ["secret", "signKey", "key"]) {
    $(id).type = target.checked ? "text" : "password";
  }
});
$("file").addEventListener("change", async ({ target }) => {
  const [file] = target.files;
  fileBytes = file && new Uint8Array(await file.arrayBuffer());
});
$("body").addEventListener("input", () => {
  $("file").value = "";
  fileBytes = undefined;
});
for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => {
    language = button.dataset.language;
    showCode();
  });
}
$("copy").addEventListener("click", async () => {
  offerCopy();
  await copy($("code").textContent);
  $("copy").textContent = "Copied";
  copied = setTimeout(offerCopy, 1500);
});
$("use").addEventListener("click", () => {
  for (const name of ["scheme", "cipher"]) {
    $(name).value = found[name] ?? $(name).value;
  }
  inspect();
});
for (const button of document.querySelectorAll("[data-sample]")) {
  button.addEventListener("click", () => {
    const {
      headers,
      body,
      secret,
      signKey = "",
      key = "",
      url = "",
      scheme = DEFAULT_SCHEME,
      cipher = DEFAULT_CIPHER,
    } = SAMPLES[button.dataset.sample];
    Object.assign($("headers"), { value: headers });
    Object.assign($("body"), { value: body });
    for (const [id, value] of Object.entries({
      form: "text",
      method: "POST",
      url,
      secret,
      signKey,
      key,
      scheme,
      cipher,
      file: "",
    })) {
      $(id).value = value;
    }
    fileBytes = undefined;
    inspect();
  });
}

function inspect() {
  let captured;
  try {
    captured = {
      headers: readHeaders($("headers").value),
      body: fileBytes ?? readBody($("body").value, $("form").value),
      method: field("method"),
      url: field("url"),
    };
  } catch (error) {
    showVerdict("bad", "This cannot be read", error.message);
    $("event").hidden = $("detected").hidden = true;
    return;
  }
  const opened = open(captured);
  if (opened instanceof AirudderError) {
    showVerdict(
      "bad",
      opened.code.startsWith("E1") || opened.code.startsWith("E6004") ? "A setting is wrong" : "Not verified",
      opened.message,
      opened.remedy,
    );
  } else if (opened.verified) {
    showVerdict("good", "Verified", `The signature fits the body by ${field("scheme")}.`);
  } else {
    showVerdict(
      "unsure",
      "Not signed",
      "The delivery has no signature where the scheme looks for one: nothing tells who made it.",
    );
  }
  showEvent(opened instanceof AirudderError ? undefined : opened);
  showDetected(captured, opened instanceof AirudderError || !opened.verified);
}

/** The event, or the error that says why there is none. An event without a signature is shown as what it is. */
function open(captured) {
  try {
    return unwrap(captured, true);
  } catch (error) {
    const isUnsigned = error instanceof AirudderError && error.code === "E5001";
    if (!isUnsigned) {
      return known(error);
    }
  }
  try {
    return unwrap(captured, false);
  } catch (error) {
    return known(error);
  }
}

function unwrap({ headers, body, method, url }, requireSignature) {
  const hooks = new Webhooks({
    secret: field("secret"),
    scheme: field("scheme"),
    signKey: field("signKey"),
    encryptionKey: field("key"),
    cipher: field("cipher"),
    requireSignature,
    tolerance: null, // a delivery that was kept is as old as it is
  });
  return hooks.unwrap(body, headers, { method, url });
}

/** An error of the library; any other one is a bug of this page. */
function known(error) {
  if (error instanceof AirudderError) {
    return error;
  }
  throw error;
}

function showVerdict(kind, badge, why, remedy = "") {
  const verdict = $("verdict");
  verdict.className = kind;
  verdict.hidden = false;
  $("empty").hidden = true;
  const marks = { good: "✓", bad: "✗", unsure: "?" };
  verdict.querySelector(".badge").textContent = `${marks[kind]} ${badge}`;
  verdict.querySelector(".why").textContent = why;
  verdict.querySelector(".remedy").textContent = remedy.replaceAll("`", "");
}

function showEvent(event) {
  $("event").hidden = event === undefined;
  if (event !== undefined) {
    $("type").textContent = event.known ? event.type : `${event.type} (not known to this library)`;
    $("dedupe").textContent = event.dedupeKey;
    $("data").textContent = JSON.stringify(event.data, null, 2);
  }
}

/** What would fit; shown where something does not. */
function showDetected(captured, wanted) {
  $("detected").hidden = !wanted;
  if (!wanted) {
    return;
  }
  found = detected(captured);
  $("notes").replaceChildren(
    ...found.notes.map((note) => Object.assign(document.createElement("li"), { textContent: note })),
  );
  $("weak").hidden = found.weakness === undefined;
  $("weak").textContent = `Weak: ${found.weakness}.`;
  $("tried").textContent = `${found.tried.toLocaleString("en")} signatures were tried.`;
  $("settings").hidden = found.scheme === undefined && found.cipher === undefined;
  showCode();
}

/** What fits, or the error that says why nothing can be tried. */
function detected(captured) {
  const [secret, signKey, encryptionKey] = ["secret", "signKey", "key"].map(field);
  try {
    return detect({ ...captured, secret, signKey, encryptionKey });
  } catch (error) {
    return { notes: [error.message], tried: 0 };
  }
}

function showCode() {
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === language));
  }
  $("code").textContent = codeOf(language, found);
  offerCopy();
}

/** Takes back "Copied", which was said of other code or a while ago. */
function offerCopy() {
  clearTimeout(copied);
  $("copy").textContent = "Copy";
}

/** Copies a text. A page from the disk may not use the clipboard in every browser: there a selection is copied. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    getSelection().selectAllChildren($("code"));
    document.execCommand("copy");
  }
}

/** Lines of `Name: value`, as they are logged or as `curl -H` has them, or a JSON object. */
function readHeaders(text) {
  if (text.trim().startsWith("{")) {
    return Object.entries(JSON.parse(text)).map(([name, value]) => [name, String(value)]);
  }
  return text
    .split("\n")
    .map((line) => line.trim().replace(/^-H\s+['"]?|['"]?\s*\\?$/g, ""))
    .filter((line) => line.includes(":") && !line.startsWith(":"))
    .map((line) => [line.slice(0, line.indexOf(":")).trim(), line.slice(line.indexOf(":") + 1).trim()]);
}

function readBody(text, form) {
  switch (form) {
    case "hex": {
      const digits = text.replace(/\s/g, "");
      if (!/^([0-9a-f]{2})*$/i.test(digits)) {
        throw new Error("The body is no hex: pairs of the digits 0 to 9 and a to f.");
      }
      return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    }
    case "base64":
      try {
        return Uint8Array.from(atob(text.replace(/\s/g, "")), (character) => character.charCodeAt(0));
      } catch {
        throw new Error("The body is no Base64.");
      }
    default:
      return new TextEncoder().encode(text);
  }
}
