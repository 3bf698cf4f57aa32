// What became of each event: attempts, the last answer, the next attempt.
import { ago, byId, make, mark, moment, plural, span, write, writeName } from "./dom.js";
import { List } from "./list.js";

const WORDS = { waiting: "waiting", sending: "sending", delivered: "delivered", given_up: "given up" };
const TONES = { delivered: "good", given_up: "bad" };

function newDelivery() {
  return make(
    "tr",
    {},
    make("th", { scope: "row" }, make("span", { class: "main" }), make("span", { class: "soft" })),
    make(
      "td",
      {},
      make("span", { class: "badge" }),
      make("span", { class: "badge answer" }),
      make("span", { class: "soft" }),
    ),
  );
}

function fillDelivery(row, event) {
  const [what, became] = row.children;
  writeName(what.children[0], event.type);
  write(what.children[1], event.subject ?? "");
  const [badge, answer, detail] = became.children;
  const failed = event.attempts > 0 && event.state !== "delivered";
  write(badge, WORDS[event.state]);
  mark(badge, "data-tone", TONES[event.state] ?? (failed ? "unsure" : "soft"));
  answer.hidden = event.attempts === 0;
  write(answer, event.last_status ?? event.last_failure ?? "");
  mark(answer, "data-tone", event.last_status === 200 ? "good" : "bad");
  const parts = [];
  if (event.attempts > 0) parts.push(plural(event.attempts, "attempt"));
  if (event.state === "waiting") parts.push(next(event.next_ms));
  else parts.push(ago(event.last_ms ?? event.added_ms));
  write(detail, parts.join(" · "));
  mark(detail, "title", `made ${moment(event.added_ms)}`);
}

function next(at) {
  const wait = at - Date.now();
  return wait > 500 ? `again in ${span(wait)}` : "due";
}

const deliveries = new List(byId("deliveries"), {
  path: "deliveries",
  size: 10,
  key: ({ id }) => id,
  create: newDelivery,
  fill: fillDelivery,
});

export const refresh = () => deliveries.refresh();

/** Times go on, though nothing changes. */
export const tick = () => deliveries.draw();
