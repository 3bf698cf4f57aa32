// Keeps the page as the sandbox is. It asks for a counter of changes, which costs the sandbox nothing, and for the rest only
// if that has moved: under load thousands of changes a second become one look, and no connection is held.
import * as contacts from "./contacts.js";
import * as controls from "./controls.js";
import * as deliveries from "./deliveries.js";
import { byId, count, mark, write } from "./dom.js";
import * as events from "./events.js";
import * as faults from "./faults.js";
import * as requests from "./requests.js";
import { ask } from "./server.js";

/** Between two looks. */
const PAUSE_MS = 700;
/** What changes by time alone, such as a workflow's end, is looked at so often. */
const ANYWAY_MS = 10_000;
/** The counts are read out at most so often. */
const READ_OUT_MS = 15_000;

let seen = "";
let seenAt = 0;
let readOutAt = 0;
let begun = false;

function drawCounts(stats) {
  for (const cell of document.querySelectorAll("[data-count]")) {
    const number = cell.dataset.count.split(".").reduce((part, name) => part[name], stats);
    write(cell, count(number));
    cell.parentElement.classList.toggle("bad", "bad" in cell.parentElement.dataset && number > 0);
  }
  if (Date.now() - readOutAt < READ_OUT_MS) return;
  readOutAt = Date.now();
  const { contacts: people, events: sent } = stats;
  const parts = [`${people.accepted} contacts`, `${people.waiting} waiting`, `${people.duplicates} duplicates`];
  write(byId("summary"), `${parts.join(", ")}; ${sent.delivered} events delivered, ${sent.given_up} given up`);
}

async function lookAtAll() {
  const stats = await ask("stats");
  drawCounts(stats);
  controls.refresh(stats);
  events.refresh(stats);
  await Promise.all([contacts.refresh(), deliveries.refresh(), requests.refresh(), faults.refresh(stats)]);
}

/** Looks if there is something new, and says how long that took. */
async function look(anyway = false) {
  const began = performance.now();
  if (!begun) {
    await Promise.all([events.begin(), faults.begin()]);
    begun = true;
  }
  // Asked for first: what changes while the rest is read is looked at again.
  const { version } = await ask("version");
  if (anyway || version !== seen || Date.now() - seenAt > ANYWAY_MS) {
    await lookAtAll();
    seen = version;
    seenAt = Date.now();
  } else {
    deliveries.tick();
    requests.tick();
  }
  return performance.now() - began;
}

function connected(word, tone) {
  write(byId("connection"), word);
  mark(byId("connection"), "data-tone", tone);
}

async function watch() {
  let took = 0;
  // Nobody sees a page in the background.
  if (document.visibilityState === "visible") {
    try {
      took = await look();
      connected("live", "good");
    } catch {
      connected("the sandbox does not answer", "bad");
    }
  }
  // A sandbox with a million contacts takes longer to look at, and has other things to do nine tenths of the time.
  setTimeout(watch, Math.max(PAUSE_MS, 9 * took));
}

controls.begin({ again: () => look(true).catch(() => {}), forget: contacts.forget });
watch();
