// The switches of faults. The rules are the sandbox's; a switch changes the first rule of its kind, and leaves others be.
import { byId, count, keyed, make, mark, write } from "./dom.js";
import { KINDS, SETTINGS } from "./fault-kinds.js";
import { attempt } from "./notice.js";
import { ask, tell } from "./server.js";

let rules = [];
let names = { operations: [], events: [] };

const percent = (share) => `${Number((share * 100).toFixed(2))}\u00a0%`;
const where = (operation) => (operation === "*" ? "everything" : operation);

/** `reset_after · everything · 10 % · 3 left` */
function inWords(rule) {
  const parts = [rule.fault, where(rule.operation)];
  if (rule.probability < 1) parts.push(percent(rule.probability));
  if (rule.status !== undefined) parts.push(rule.status);
  if (rule.delay_ms) parts.push(`${count(rule.delay_ms)}\u00a0ms`);
  if (rule.times !== undefined) parts.push(rule.times === 0 ? "used up" : `${count(rule.times)} left`);
  return parts.join(" · ");
}

/** Orders these rules. Where the sandbox refuses them, the switches are as before. */
async function order(wanted, done) {
  await attempt(async () => {
    rules = await tell("faults", wanted);
  }, done);
  draw();
}

function field(kind, name, begin) {
  const { label, unit, check, text, placeholder, min, max } = SETTINGS[name];
  const type = check ? "checkbox" : text ? "text" : "number";
  const input = make("input", { type, name, min, max, step: type === "number" && "any", placeholder });
  put(input, name, begin);
  input.addEventListener("change", () => changed(kind));
  const after = unit ? [make("small", {}, unit)] : [];
  return make("label", { class: check ? "check" : undefined }, ...(check ? [input, label] : [label, input]), ...after);
}

/** Writes a rule's value into its field, unless somebody is at it. */
function put(input, name, value) {
  if (input === document.activeElement) return;
  if (SETTINGS[name].check) input.checked = value ?? false;
  else input.value = value === undefined ? "" : SETTINGS[name].percent ? Number((value * 100).toFixed(2)) : value;
}

/** The field's value for a rule; `undefined` where it is empty. */
function taken(input) {
  const { check, text, percent: share } = SETTINGS[input.name];
  if (check) return input.checked;
  if (input.value === "") return undefined;
  if (text) return input.value;
  return share ? Number(input.value) / 100 : Number(input.value);
}

function newKind(kind) {
  const toggle = make("input", { type: "checkbox", role: "switch", "aria-describedby": `what-${kind.fault}` });
  toggle.addEventListener("change", () => switched(kind, toggle.checked));
  const operation = make("select", { name: "operation" });
  operation.addEventListener("change", () => changed(kind));
  const own = { probability: 1, ...kind.settings, times: undefined };
  return make(
    "li",
    { class: "fault" },
    make(
      "label",
      { class: "switch" },
      toggle,
      make("span", { class: "main" }, kind.name),
      make("code", {}, kind.fault),
    ),
    make("span", { class: "struck soft" }),
    make("p", { class: "soft", id: `what-${kind.fault}` }, kind.what),
    make(
      "details",
      {},
      make("summary", { "aria-label": `Settings of ${kind.name}` }),
      make(
        "div",
        { class: "fields" },
        make("label", { class: "wide" }, kind.events ? "Event" : "Operation", operation),
        ...Object.entries(own).map(([name, begin]) => field(kind, name, begin)),
      ),
    ),
  );
}

const item = (kind) => byId("fault-kinds").querySelector(`[data-key="${kind.fault}"]`);
const first = (kind) => rules.find((rule) => rule.fault === kind.fault);

/** The rule that the fields of a kind say. */
function ruleOf(kind) {
  const inputs = [...item(kind).querySelectorAll(".fields input")].map((input) => [input.name, taken(input)]);
  return { operation: item(kind).querySelector("select").value, fault: kind.fault, ...Object.fromEntries(inputs) };
}

function switched(kind, on) {
  const others = rules.filter((rule) => rule.fault !== kind.fault);
  const done = `${kind.name} is ${on ? "on" : "off"}.`;
  order(on ? [...others, ruleOf(kind)] : others, done);
}

/** A setting was changed: of a fault that is on, it is so from now on. */
function changed(kind) {
  const present = first(kind);
  if (present)
    order(
      rules.map((rule) => (rule === present ? ruleOf(kind) : rule)),
      `${kind.name} is changed.`,
    );
  else draw();
}

function fillOperations(select, kind, present) {
  const known = kind.events ? names.events : names.operations;
  const begin = kind.operation ?? "*";
  const options = [...new Set(["*", ...known, begin, present?.operation ?? begin])];
  const before = select.value || begin;
  keyed(
    select,
    options,
    String,
    (name) => make("option", { value: name }, where(name)),
    () => {},
  );
  if (select !== document.activeElement) select.value = present?.operation ?? before;
}

function fillKind(row, kind, struck) {
  const present = first(kind);
  row.classList.toggle("on", present !== undefined);
  row.querySelector(".switch input").checked = present !== undefined;
  write(row.querySelector(".struck"), struck ? `struck ${count(struck)}×` : "");
  fillOperations(row.querySelector("select"), kind, present);
  for (const input of present ? row.querySelectorAll(".fields input") : []) put(input, input.name, present[input.name]);
  const said = inWords(present ?? ruleOf(kind))
    .split(" · ")
    .slice(1);
  write(row.querySelector("summary"), said.join(" · "));
}

let struckBy = {};

function draw() {
  const list = byId("fault-kinds");
  keyed(
    list,
    KINDS,
    ({ fault }) => fault,
    newKind,
    () => {},
  );
  for (const kind of KINDS) fillKind(item(kind), kind, struckBy[kind.fault]);
  byId("active").hidden = rules.length === 0;
  const left = rules.filter(({ times }) => times !== 0).length;
  const on = left === 1 ? "1 fault is on" : `${left} faults are on`;
  write(byId("active-count"), left === 0 ? "The faults are used up" : on);
  const numbered = rules.map((rule, index) => ({ rule, index }));
  keyed(
    byId("active-rules"),
    numbered,
    ({ index }) => index,
    newChip,
    (chip, { rule }) => {
      write(chip.firstChild.firstChild, inWords(rule));
      mark(chip.firstChild, "aria-label", `${inWords(rule)}: switch off`);
      chip.classList.toggle("spent", rule.times === 0);
    },
  );
}

function newChip({ index }) {
  const chip = make("button", { type: "button", class: "chip" }, make("span"), " ×");
  chip.addEventListener("click", () =>
    order(
      rules.filter((_, at) => at !== index),
      "One fault less.",
    ),
  );
  return make("li", {}, chip);
}

byId("all-off").addEventListener("click", () => order([], "All faults are off."));

/** Asks once what there is to choose from. */
export async function begin() {
  const [{ operations }, { kinds }] = await Promise.all([ask("operations"), ask("events")]);
  names = { operations, events: kinds.map(({ type }) => type) };
}

export async function refresh(stats) {
  rules = await ask("faults");
  struckBy = stats.faults;
  draw();
}
