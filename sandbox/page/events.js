// Events to send by hand: an example at one click, or a body of one's own.
import { byId, keyed, make, write } from "./dom.js";
import { attempt, say } from "./notice.js";
import { ask, tell } from "./server.js";

let edited = "";

const send = (type) => attempt(() => tell("events", { type }), `${type} is on its way.`);

function newKind({ type, body_documented, signature_documented }) {
  const button = make("button", { type: "button", class: "send" }, make("span", { class: "main" }, type));
  button.addEventListener("click", () => send(type));
  const edit = make("button", { type: "button", "aria-label": `Edit ${type} before it is sent` }, "Edit…");
  edit.addEventListener("click", () => open(type));
  if (!body_documented) button.append(make("small", {}, "its fields are not published"));
  else if (signature_documented) button.append(make("small", {}, "documented as signed"));
  return make("li", {}, button, edit);
}

/** Opens an example to be changed. */
const open = (type) =>
  attempt(async () => {
    const { kinds } = await ask("events");
    const { example } = kinds.find((kind) => kind.type === type);
    edited = type;
    write(byId("event-title"), `Send ${type}`);
    const body = byId("event-body");
    body.value = JSON.stringify(example, null, 2);
    body.setSelectionRange(0, 0);
    write(byId("event-problem"), "");
    byId("event-dialog").showModal();
    body.scrollTop = 0;
  });

byId("event-send").addEventListener("click", async () => {
  const problem = byId("event-problem");
  try {
    await tell("events", { type: edited, body: JSON.parse(byId("event-body").value) });
  } catch (error) {
    write(problem, error.message);
    return;
  }
  byId("event-dialog").close();
  say(`${edited} is on its way.`);
});

export async function begin() {
  const { kinds } = await ask("events");
  keyed(
    byId("event-kinds"),
    kinds,
    ({ type }) => type,
    newKind,
    () => {},
  );
}

export function refresh({ webhook_url: url }) {
  const nowhere =
    "There is no receiver: start the sandbox with --webhook-url http://127.0.0.1:9000/events, or POST /_sandbox/webhook.";
  write(byId("receiver"), url ? `Signed as configured, to ${url}.` : nowhere);
  for (const button of byId("event-kinds").querySelectorAll("button")) button.disabled = !url;
}
