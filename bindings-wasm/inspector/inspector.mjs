// The page's behaviour. Everything is computed by the same WebAssembly modules that servers use.
import { AirudderError, Webhooks } from "airudder";
import { detect } from "airudder/detect";
import { SAMPLES } from "./samples.js";

const DEFAULT_SCHEME = "hmac-sha256:hex:body";
const DEFAULT_CIPHER = "aes-ecb:zero:base64";

const $ = (id) => document.getElementById(id);
const field = (id) => $(id).value.trim() || undefined;

/** The bytes of a chosen file; they go before what stands in the text field. */
let fileBytes;

$("scheme").value = DEFAULT_SCHEME;
$("cipher").value = DEFAULT_CIPHER;

$("delivery").addEventListener("submit", (event) => {
  event.preventDefault();
  inspect();
});
$("show").addEventListener("change", ({ target }) => {
  for (const id of ["secret", "key"]) {
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
for (const button of document.querySelectorAll("[data-sample]")) {
  button.addEventListener("click", () => {
    const {
      headers,
      body,
      secret,
      key = "",
      scheme = DEFAULT_SCHEME,
      cipher = DEFAULT_CIPHER,
    } = SAMPLES[button.dataset.sample];
    Object.assign($("headers"), { value: headers });
    Object.assign($("body"), { value: body });
    for (const [id, value] of Object.entries({ form: "text", secret, key, scheme, cipher, file: "" })) {
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
    showVerdict("unsure", "Not signed", "The delivery has no X-AIRudder-Sign, so nothing tells who made it.");
  }
  showEvent(opened instanceof AirudderError ? undefined : opened);
  showDetected(captured, opened instanceof AirudderError || !opened.verified);
}

/** The event, or the error that says why there is none. */
function open({ headers, body }) {
  const signed = headers.some(([name]) => name.toLowerCase() === "x-airudder-sign");
  try {
    const hooks = new Webhooks({
      secret: field("secret"),
      scheme: field("scheme"),
      encryptionKey: field("key"),
      cipher: field("cipher"),
      requireSignature: signed,
    });
    return hooks.unwrap(body, headers);
  } catch (error) {
    if (error instanceof AirudderError) {
      return error;
    }
    throw error;
  }
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
  let found;
  try {
    found = detect({ ...captured, secret: field("secret"), encryptionKey: field("key") });
  } catch (error) {
    found = { notes: [error.message] };
  }
  $("notes").replaceChildren(
    ...found.notes.map((note) => Object.assign(document.createElement("li"), { textContent: note })),
  );
  const { scheme, cipher } = found;
  const fits = scheme !== undefined || cipher !== undefined;
  $("code").hidden = $("use").hidden = !fits;
  if (fits) {
    const settings = Object.entries({ scheme, cipher }).filter(([, value]) => value !== undefined);
    const lines = settings.map(([name, value]) => `  ${name}: ${JSON.stringify(value)},\n`).join("");
    $("code").textContent = `new Webhooks({\n  secret,\n${cipher === undefined ? "" : "  encryptionKey,\n"}${lines}});`;
    $("use").onclick = () => {
      for (const [name, value] of settings) {
        $(name).value = value;
      }
      inspect();
    };
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
