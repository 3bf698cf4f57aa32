// A list that is searched, filtered and leafed through; its rows are asked for page by page.
import { count, keyed, mark, write } from "./dom.js";
import { ask } from "./server.js";

/** The time without a key pressed after which a search is made. */
const TYPING_MS = 200;

export class List {
  /**
   * `path` is the endpoint and the name of the rows in its answer; `size` the rows of a page; `key`, `create` and `fill` are
   * those of `keyed`; `query` gives what else is asked for.
   */
  constructor(root, { path, size, key, create, fill, query = () => ({}) }) {
    const part = (name) => root.querySelector(`[data-${name}]`);
    Object.assign(this, { path, size, key, create, fill, query });
    this.parts = Object.fromEntries(
      ["search", "state", "rows", "empty", "range", "back", "next"].map((name) => [name, part(name)]),
    );
    this.offset = 0;
    this.total = 0;
    this.items = [];
    this.turn = 0;
    const { search, state, back, next } = this.parts;
    let typing;
    search.addEventListener("input", () => {
      clearTimeout(typing);
      typing = setTimeout(() => this.show(0), TYPING_MS);
    });
    state?.addEventListener("change", () => this.show(0));
    for (const [button, step] of [
      [back, -size],
      [next, size],
    ]) {
      button.addEventListener("click", () => button.ariaDisabled !== "true" && this.show(this.offset + step));
    }
  }

  /** Goes to the page that begins there. */
  async show(offset) {
    this.offset = Math.max(0, offset);
    // Where the sandbox is away, the page says so by itself.
    await this.refresh().catch(() => {});
  }

  async refresh() {
    this.turn += 1;
    const { turn, offset, size } = this;
    const { search, state } = this.parts;
    const query = { ...this.query(), search: search.value, state: state?.value, limit: size, offset };
    const answer = await ask(this.path, query);
    // Something else was asked for meanwhile.
    if (turn !== this.turn) return;
    this.total = answer.total;
    this.items = answer[this.path];
    if (this.items.length === 0 && this.total > 0) {
      this.offset = Math.floor((this.total - 1) / size) * size;
      await this.refresh();
      return;
    }
    this.draw();
  }

  draw() {
    const { rows, empty, range, back, next } = this.parts;
    const { items, offset, size, total } = this;
    keyed(rows, items, this.key, this.create, this.fill);
    empty.hidden = total > 0;
    const pages = total > size;
    write(range, total ? `${count(offset + 1)}–${count(offset + items.length)} of ${count(total)}` : "");
    // A button that has the focus keeps it, so it says that it is off, rather than being so.
    for (const [button, off] of [
      [back, offset === 0],
      [next, offset + size >= total],
    ]) {
      button.hidden = !pages;
      mark(button, "aria-disabled", off ? "true" : undefined);
    }
  }
}
