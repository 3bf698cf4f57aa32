// Making and changing elements. What users sent is put in as text, never as HTML: the page's policy forbids that, too.

/** The element of this id. */
export const byId = (id) => document.getElementById(id);

/** An element with attributes (those that are `undefined` or `false` are left out) and content. */
export function make(tag, attributes = {}, ...content) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...content);
  return element;
}

/** Sets a text if it is another one, so that a selection in it stays. */
export function write(element, text) {
  if (element.textContent !== String(text)) element.textContent = text;
}

/** Sets a name such as `workflow.call.finished`, which may be broken behind its dots. */
export function writeName(element, name) {
  if (element.textContent === name) return;
  const parts = name.split(/(?<=\.)/);
  element.replaceChildren(...parts.flatMap((part, index) => (index ? [make("wbr"), part] : [part])));
}

/** Sets an attribute if it is another one; `undefined` removes it. */
export function mark(element, name, value) {
  if (value === undefined) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}

/**
 * Makes the children of `parent` one for each item. A child stays the same element while its item is there, so that focus,
 * selection and scroll stay, too.
 */
export function keyed(parent, items, keyOf, create, fill) {
  const wanted = new Set(items.map((item) => String(keyOf(item))));
  const present = new Map();
  for (const child of [...parent.children]) {
    if (wanted.has(child.dataset.key)) present.set(child.dataset.key, child);
    else child.remove();
  }
  let place = parent.firstElementChild;
  for (const item of items) {
    const key = String(keyOf(item));
    let child = present.get(key);
    if (!child) {
      child = create(item);
      child.dataset.key = key;
    }
    fill(child, item);
    if (child === place) place = place.nextElementSibling;
    else parent.insertBefore(child, place);
  }
}

/** `12 345` */
export const count = (number) => number.toLocaleString("en").replaceAll(",", "\u202f");

/** `1 contact`, `12 contacts` */
export const plural = (number, word) => `${count(number)} ${word}${number === 1 ? "" : "s"}`;

/** `42 s`, `3 min`, `5 h`, `2 days`, which no line break parts. */
export function span(milliseconds) {
  const seconds = Math.round(Math.abs(milliseconds) / 1000);
  if (seconds < 100) return `${seconds}\u00a0s`;
  if (seconds < 6000) return `${Math.round(seconds / 60)}\u00a0min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)}\u00a0h`;
  return `${Math.round(seconds / 86_400)}\u00a0days`;
}

/** `just now`, `42 s ago` */
export function ago(at) {
  const passed = Date.now() - at;
  return passed < 1500 ? "just now" : `${span(passed)} ago`;
}

/** The moment in full, for who points at a time. */
export const moment = (at) => new Date(at).toLocaleString("en", { dateStyle: "medium", timeStyle: "medium" });
