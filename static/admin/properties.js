// Property definitions: search, filter, sort, edit in place, change many at once, export.

import { api, SignedOut } from "./api.js";
import { attempt, button, empty, h, pager } from "./dom.js";
import { open } from "./properties-book.js";
import { bulkBar, removeAll } from "./properties-bulk.js";
import { exportAs } from "./properties-export.js";
import { filterForm, isFiltered, NO_FILTER, query } from "./properties-filters.js";
import { grid } from "./properties-grid.js";
import { help, listen } from "./properties-keys.js";

const LIMIT = 50;
/** How many can be picked at once: a change takes one request for 500 of them. */
const MOST = 10_000;

/** The parameters of the URL with `changes`; null removes one. */
function changed(parameters, changes) {
  const next = new URLSearchParams(parameters);
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) next.delete(key);
    else next.set(key, value);
  }
  return next;
}

/** The section: its filters, results and actions. Its parts get it as `section`. */
class Properties {
  constructor(scene) {
    this.scene = scene;
    this.path = `${scene.base}/property_definitions/`;
    this.asked = scene.parameters;
    this.page = { count: 0, results: [] };
    this.picked = new Set();
    this.book = open(this.path, (id) => this.table.redraw(id));
    this.table = grid(this);
    this.filters = filterForm((changes, instead) => this.goTo(changes, instead), () => this.table.enter());
    this.bar = bulkBar(this);
    this.trouble = h("div", { class: "trouble", role: "alert" });
    this.results = h("div", { class: "results" });
    this.pages = h("div", { class: "pages", role: "status" });
    this.tags = h("datalist", { id: "known-tags" });
  }

  draw() {
    const save = (kind) => button(`Export ${kind.toUpperCase()}`, () => attempt(() => exportAs(kind, this.path, query(this.asked))));
    this.scene.view.append(
      h("div", { class: "head" }, h("h1", {}, "Property definitions"),
        h("div", { class: "row" }, save("csv"), save("json"), button("?", help, { "aria-label": "Keyboard help", title: "Keyboard help" }))),
      this.filters.node, this.trouble, this.results, this.bar.node, this.pages, this.tags);
    listen(this.scene.stay);
    this.scene.follow = (parameters) => this.load(parameters);
    return this.load(this.asked);
  }

  get offset() {
    return Math.max(0, Math.floor(Number(this.asked.get("offset"))) || 0);
  }

  /** Changes the filters and the URL. */
  goTo(changes, instead) {
    if ("type" in changes) this.pickNone();
    const parameters = changed(this.asked, { offset: null, ...changes });
    this.scene.remember(parameters, instead);
    return this.load(parameters);
  }

  /** Moves by `by` pages. */
  turn(by) {
    const to = this.offset + by * LIMIT;
    if (to >= 0 && to < this.page.count) this.goTo({ offset: to || null });
  }

  /** Loads the results of `parameters`. The old results stay, dimmed, until the response arrives. */
  async load(parameters) {
    this.running?.abort();
    const mine = this.running = new AbortController();
    this.asked = parameters;
    this.filters.show(parameters);
    this.results.setAttribute("aria-busy", "true");
    try {
      const page = await api("GET", `${this.path}?${query(parameters)}&limit=${LIMIT}&offset=${this.offset}`, undefined, mine.signal);
      if (this.offset > 0 && !page.results.some((it) => !it.virtual)) return await this.goBack(page.count);
      this.trouble.replaceChildren();
      this.show(page);
    } catch (error) {
      if (error.name === "AbortError") return;
      if (error instanceof SignedOut) throw error;
      this.trouble.replaceChildren(h("p", { class: "error" }, error.message), button("Try again", () => this.load(this.asked)));
    }
    this.results.removeAttribute("aria-busy");
  }

  /** Goes to the last page with results: the definitions of this one were deleted. */
  goBack(count) {
    const last = Math.floor((count - 1) / LIMIT) * LIMIT;
    return this.goTo({ offset: Math.max(0, Math.min(this.offset - LIMIT, last)) || null }, true);
  }

  show(page) {
    this.page = page;
    page.results.forEach(this.book.take);
    const body = page.results.length ? this.table.node
      : isFiltered(this.asked) ? empty("Nothing fits", "No property matches these filters. Try fewer words, or remove filters.", button("Clear filters", () => this.goTo(NO_FILTER)))
      : empty("No properties yet", "Captured events create them. The section Project has code to send one.");
    if (this.results.firstChild !== body) this.results.replaceChildren(body); // replacing it would lose the focus
    this.table.show(page.results, this.asked.get("ordering"));
    this.pages.replaceChildren(page.results.length ? pager(page.count, this.offset, LIMIT, (to) => this.goTo({ offset: to || null }), page.results.length) : "");
    this.tags.replaceChildren(...this.book.tags().map((value) => h("option", { value })));
    this.showPicks();
  }

  /** Shows what is picked; if the whole page is picked, offers to pick all matches. */
  showPicks() {
    const { count, results } = this.page;
    const fitting = Math.min(count, MOST);
    for (const id of this.picked) if (this.book.shown(id).gone) this.picked.delete(id);
    const isWhole = results.every((it) => it.virtual || this.picked.has(it.id));
    this.table.showPicks();
    this.bar.show(isWhole && results.length < fitting && this.picked.size < fitting ? fitting : 0);
  }

  pick(ids, isPicked) {
    for (const id of ids) this.picked[isPicked ? "add" : "delete"](id);
    this.showPicks();
  }

  pickNone() {
    this.pick([...this.picked], false);
  }

  pickFitting() {
    return attempt(async () => {
      const page = await api("GET", `${this.path}?${query(this.asked)}&limit=${MOST}`);
      const stored = page.results.filter((it) => !it.virtual);
      stored.forEach(this.book.take);
      this.pick(stored.map((it) => it.id), true);
    });
  }

  /** Deletes `ids` after confirmation. */
  async remove(ids, tick) {
    const gone = await removeAll(this.book, ids, tick);
    this.pick(gone, false);
    if (gone.length) await this.load(this.asked);
  }
}

export const properties = (scene) => new Properties(scene).draw();
