// What stops, ages and forgets.
import { byId, span, write } from "./dom.js";
import { attempt } from "./notice.js";
import { tell } from "./server.js";

let paused = false;

/** `again` looks at once, so that what was done is seen. */
export function begin({ again, forget }) {
  const does = (id, work, done) => {
    byId(id).addEventListener("click", async () => {
      if (await attempt(work, done)) await again();
    });
  };
  does(
    "pause",
    () => tell(paused ? "resume" : "pause"),
    ({ paused: now }) => (now ? "Nobody is called now." : "The calling goes on."),
  );
  does(
    "expire",
    () => tell("expire-tokens"),
    ({ expired }) => `${expired === 1 ? "1 token is" : `${expired} tokens are`} invalid now.`,
  );

  byId("reset").addEventListener("click", () => byId("reset-dialog").showModal());
  does(
    "reset-sure",
    async () => {
      byId("reset-dialog").close();
      await tell("reset");
      forget();
    },
    "Everything is forgotten.",
  );

  const offset = byId("offset");
  byId("clock").addEventListener("click", () => byId("clock-dialog").showModal());
  for (const preset of document.querySelectorAll("[data-offset]")) {
    preset.addEventListener("click", () => {
      offset.value = preset.dataset.offset;
    });
  }
  does(
    "clock-set",
    async () => {
      await tell("clock", { offset_seconds: Math.trunc(offset.valueAsNumber) || 0 });
      byId("clock-dialog").close();
    },
    "The clock is set.",
  );

  for (const button of document.querySelectorAll("dialog [data-close]")) {
    button.addEventListener("click", () => button.closest("dialog").close());
  }
}

export function refresh({ paused: now, clock_offset_seconds: ahead }) {
  paused = now;
  write(byId("pause"), paused ? "Resume calling" : "Pause calling");
  byId("pause").classList.toggle("on", paused);
  const off = ahead && `${span(ahead * 1000)} ${ahead > 0 ? "ahead" : "behind"}`;
  write(byId("clock"), `Clock: ${off || "exact"}`);
  byId("clock").classList.toggle("on", ahead !== 0);
  if (!byId("clock-dialog").open) byId("offset").value = ahead;
}
