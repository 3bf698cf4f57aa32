// What came of a click, in words.
import { byId, write } from "./dom.js";

const SHOWN_MS = 6000;
let timer;

/** Says something for a while. */
export function say(text, tone = "good") {
  const notice = byId("notice");
  write(notice, text);
  notice.dataset.tone = tone;
  notice.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => {
    notice.hidden = true;
  }, SHOWN_MS);
}

/** Does something, and says that it is done (where there is something to say), or why it is not. */
export async function attempt(work, done) {
  try {
    const result = await work();
    if (done) say(typeof done === "function" ? done(result) : done);
    return true;
  } catch (error) {
    say(error.message, "bad");
    return false;
  }
}
