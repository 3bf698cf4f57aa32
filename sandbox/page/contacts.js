// The workflows, and the contacts of one or of all of them.
import { byId, count, make, mark, moment, plural, write } from "./dom.js";
import { List } from "./list.js";

/** The id of the workflow whose contacts are shown, and its name. */
let chosen;

const STATES = ["called", "waiting", "cancelled"];

function newWorkflow(workflow) {
  const bar = make(
    "div",
    { class: "bar", "aria-hidden": "true" },
    ...STATES.map((state) => make("i", { class: state })),
  );
  const choose = make("button", { type: "button", class: "name" });
  choose.addEventListener("click", () => chooseWorkflow(chosen?.id === workflow.workflow_id ? undefined : workflow));
  return make(
    "li",
    {},
    make("div", { class: "line" }, choose, make("span", { class: "badge" })),
    make("div", { class: "line soft" }, make("code"), make("span", { class: "end" })),
    bar,
    make("p", { class: "numbers soft" }),
  );
}

function fillWorkflow(row, { workflow_id, name, kind, status, end_time, created_ms, contacts }) {
  const [choose, badge] = row.children[0].children;
  const [id, end] = row.children[1].children;
  const [bar, numbers] = [row.children[2], row.children[3]];
  write(choose, name || "(no name)");
  mark(choose, "aria-pressed", chosen?.id === workflow_id);
  write(badge, kind === "task" ? `task, ${status}` : status);
  mark(badge, "data-tone", { running: "good", finished: "soft" }[status] ?? "unsure");
  write(id, workflow_id);
  write(end, `until ${end_time}`);
  mark(end, "title", `created ${moment(created_ms)}`);
  STATES.forEach((state, index) => {
    bar.children[index].style.flexGrow = contacts[state];
    bar.children[index].hidden = contacts[state] === 0;
  });
  const parts = STATES.filter((state) => contacts[state] > 0).map((state) => `${count(contacts[state])} ${state}`);
  write(numbers, [plural(contacts.accepted, "contact"), ...parts].join(" · "));
  const duplicates = contacts.duplicates > 0 ? plural(contacts.duplicates, "duplicate") : undefined;
  mark(numbers, "data-duplicates", duplicates);
}

function newContact() {
  return make(
    "tr",
    {},
    make("th", { scope: "row" }, make("span", { class: "main" }), make("span", { class: "soft" })),
    make("td", { class: "extra" }),
    make(
      "td",
      {},
      make("span", { class: "badge" }),
      make("span", { class: "badge", "data-tone": "bad" }, "duplicate"),
      make("span", { class: "soft" }),
    ),
  );
}

function fillContact(row, { callee, caseid, variables, state, duplicate, outcome }) {
  const [who, more, became] = row.children;
  write(who.children[0], caseid ?? callee);
  write(who.children[1], caseid ? callee : "");
  const said = Object.entries(variables ?? {}).map(([name, value]) => {
    return `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`;
  });
  write(more, said.join(" · "));
  const [badge, twice, detail] = became.children;
  write(badge, outcome ? `called · ${outcome.result_label}` : state);
  mark(badge, "data-tone", outcome ? (outcome.answered ? "good" : "soft") : ({ waiting: "unsure" }[state] ?? "soft"));
  twice.hidden = !duplicate;
  row.classList.toggle("duplicate", duplicate);
  const talk = outcome?.answered ? `${outcome.intention}, ${outcome.duration}\u00a0s` : outcome?.ring_type;
  write(detail, talk ?? "");
}

const contacts = new List(byId("contacts"), {
  path: "contacts",
  size: 12,
  key: ({ id }) => id,
  create: newContact,
  fill: fillContact,
  query: () => ({ workflow: chosen?.id }),
});

const workflows = new List(byId("workflows"), {
  path: "workflows",
  size: 5,
  key: ({ workflow_id }) => workflow_id,
  create: newWorkflow,
  fill: fillWorkflow,
});

/** Shows the contacts of this workflow; without one, of all. */
function chooseWorkflow(workflow) {
  chosen = workflow && { id: workflow.workflow_id, name: workflow.name };
  const all = byId("all-workflows");
  all.hidden = !chosen;
  write(all, chosen ? `of ${chosen.name} ×` : "");
  mark(all, "aria-label", chosen && `of ${chosen.name}: show the contacts of all workflows`);
  workflows.draw();
  contacts.show(0);
}

byId("all-workflows").addEventListener("click", () => {
  chooseWorkflow(undefined);
  byId("contacts").focus();
});
for (const code of document.querySelectorAll("[data-address]")) write(code, location.origin);

/** After a reset there is nothing left to have chosen. */
export const forget = () => chooseWorkflow(undefined);

export const refresh = () => Promise.all([workflows.refresh(), contacts.refresh()]);
