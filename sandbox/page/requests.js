// How often each operation was asked for, and the last requests.
import { ago, byId, count, keyed, make, mark, moment, write, writeName } from "./dom.js";
import { ask } from "./server.js";

let last = [];

function newCount() {
  return make("li", {}, make("span"), make("i", { "aria-hidden": "true" }), make("b"));
}

function fillCount(row, { operation, times, share }) {
  const [name, bar, number] = row.children;
  write(name, operation);
  bar.style.setProperty("--share", share);
  write(number, count(times));
}

function newRequest() {
  return make(
    "tr",
    {},
    make("th", { scope: "row" }, make("span", { class: "main" }), make("span", { class: "soft" })),
    make("td", {}, make("span", { class: "badge" }), make("span", { class: "badge", "data-tone": "fault" })),
    make("td", { class: "extra soft" }),
  );
}

function fillRequest(row, { operation, status, refusal, faults, at_ms, took_ms }) {
  const [what, answer, when] = row.children;
  writeName(what.children[0], operation);
  write(what.children[1], refusal ?? "");
  const [badge, fault] = answer.children;
  write(badge, status ?? "reset");
  mark(badge, "data-tone", status === 200 && !refusal ? "good" : "bad");
  fault.hidden = faults.length === 0;
  write(fault, faults.join(", "));
  write(when, `${took_ms} ms, ${ago(at_ms)}`);
  mark(when, "title", moment(at_ms));
}

export async function refresh() {
  const answer = await ask("requests");
  last = answer.last;
  const most = Math.max(...Object.values(answer.counts));
  const counts = Object.entries(answer.counts).map(([operation, times]) => ({ operation, times, share: times / most }));
  counts.sort((one, other) => other.times - one.times);
  keyed(byId("request-counts"), counts, ({ operation }) => operation, newCount, fillCount);
  byId("no-requests").hidden = last.length > 0;
  tick();
}

/** Times go on, though nothing changes. */
export function tick() {
  keyed(byId("request-rows"), last, ({ number }) => number, newRequest, fillRequest);
}
