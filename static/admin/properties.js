// Definitions of properties and of events: search, filter, sort, edit in place, change many at once, export.

import { api, SignedOut } from "./api.js";
import { attempt, button, empty, foot, h, pager } from "./dom.js";
import { onChange } from "./live.js";
import { open } from "./properties-book.js";
import { bulkBar, removeAll } from "./properties-bulk.js";
import { cellsOf } from "./properties-cells.js";
import { exportAs } from "./properties-export.js";
import { filterForm, isFiltered, noFilter, query } from "./properties-filters.js";
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

/**
 * The kinds of definitions: their words, the path of the API, the cells of a row, the filters that the URL may have, and what an
 * export contains.
 */
const PROPERTIES = {
  title: "Property definitions", path: "property_definitions", file: "property-definitions", defaults: { type: "event" },
  filters: ["search", "type", "group_type_index", "is_numerical", "verified", "hidden", "exclude_core_properties", "tag"],
  cells: cellsOf(["type", "description", "tags", "verified", "hidden", "updated"]),
  columns: ["name", "property_type", "description", "tags", "verified", "hidden", "updated_at"],
  nothing: "No properties yet", unfit: "No property matches these filters.",
  afterwards: "Events are not affected: the next event with the property creates a new definition, with its name and type only.",
};
const EVENTS = {
  title: "Event definitions", path: "event_definitions", file: "event-definitions", defaults: {},
  filters: ["search", "event_type", "verified", "hidden", "exclude_stale", "tag"],
  cells: cellsOf(["description", "tags", "verified", "hidden", "seen", "updated"]),
  columns: ["name", "description", "tags", "verified", "hidden", "last_seen_at", "updated_at"],
  nothing: "No events yet", unfit: "No event matches these filters.",
  afterwards: "The next event with the name creates a new definition, with its name only.",
};

const offsetOf = (parameters) => Math.max(0, Math.floor(Number(parameters.get("offset"))) || 0);

/** The request for the page of definitions that `parameters` ask for. */
const pageOf = (kind, base, parameters) => `${base}/${kind.path}/?${query(kind, parameters)}&limit=${LIMIT}&offset=${offsetOf(parameters)}`;

/** The first requests of the two sections. */
export const firstOfProperties = (base, parameters) => [pageOf(PROPERTIES, base, parameters)];
export const firstOfEventDefinitions = (base, parameters) => [pageOf(EVENTS, base, parameters)];

/** The section: its filters, results and actions. Its parts get it as `section`. */
class Definitions {
  constructor(scene, kind) {
    this.scene = scene;
    this.kind = kind;
    this.path = `${scene.base}/${kind.path}/`;
    this.asked = scene.parameters;
    this.page = { count: 0, results: [] };
    this.picked = new Set();
    this.book = open(this.path, (id) => this.table.redraw(id));
    this.table = grid(this);
    this.filters = filterForm(kind, (changes, instead) => this.goTo(changes, instead), () => this.table.enter());
    this.bar = bulkBar(this);
    this.trouble = h("div", { class: "trouble", role: "alert" });
    this.results = h("div", { class: "results" });
    this.news = button("Changed elsewhere: show", () => this.load(this.asked), { class: "main news", hidden: true });
    this.pages = h("div", { class: "pages", role: "status" });
    this.tags = h("datalist", { id: "known-tags" });
  }

  draw() {
    const save = (format) => button(`Export ${format.toUpperCase()}`, () => attempt(() => exportAs(format, this.kind, this.path, query(this.kind, this.asked))));
    this.scene.view.append(
      h("div", { class: "head" }, h("h1", {}, this.kind.title),
        h("div", { class: "row" }, this.news, save("csv"), save("json"), button("?", help, { "aria-label": "Keyboard help", title: "Keyboard help" }))),
      this.filters.node, this.trouble, this.results, this.bar.node, this.pages, this.tags);
    listen(this.scene.stay);
    this.scene.follow = (parameters) => this.load(parameters);
    const first = this.load(this.asked);
    first.then(() => onChange(this.scene, ["definitions"], () => attempt(() => this.update())));
    return first;
  }

  /**
   * Shows what has changed elsewhere. If other definitions would be shown while someone is at work in the rows, offers that
   * instead.
   */
  async update() {
    const asked = this.asked;
    const page = await this.ask(asked);
    if (asked !== this.asked) return;
    const list = ({ count, results }) => [count, ...results.map((it) => it.id)].join();
    const isOther = list(page) !== list(this.page);
    if (isOther && this.table.isBusy()) {
      this.news.hidden = false;
    } else if (isOther) {
      this.show(page);
    } else {
      for (const it of page.results) if (!this.table.isEdited(it.id) && this.book.renew(it)) this.table.redraw(it.id);
    }
  }

  ask(parameters, signal) {
    return api("GET", pageOf(this.kind, this.scene.base, parameters), undefined, signal);
  }

  get offset() {
    return offsetOf(this.asked);
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
      const page = await this.ask(parameters, mine.signal);
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
    this.news.hidden = true;
    page.results.forEach(this.book.take);
    const body = page.results.length ? this.table.node
      : isFiltered(this.kind, this.asked) ? empty("Nothing fits", `${this.kind.unfit} Try fewer words, or remove filters.`, button("Clear filters", () => this.goTo(noFilter(this.kind))))
      : empty(this.kind.nothing, "Captured events create them. The section Project has code to send one.");
    if (this.results.firstChild !== body) this.results.replaceChildren(body); // replacing it would lose the focus
    this.table.show(page.results, this.asked.get("ordering"));
    this.pages.replaceChildren(page.results.length ? foot(pager(page.count, this.offset, LIMIT, (to) => this.goTo({ offset: to || null }), page.results.length), () => pageOf(this.kind, this.scene.base, this.asked)) : "");
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
      const page = await api("GET", `${this.path}?${query(this.kind, this.asked)}&limit=${MOST}`);
      const stored = page.results.filter((it) => !it.virtual);
      stored.forEach(this.book.take);
      this.pick(stored.map((it) => it.id), true);
    });
  }

  /** Deletes `ids` after confirmation. */
  async remove(ids, tick) {
    const gone = await removeAll(this, ids, tick);
    this.pick(gone, false);
    if (gone.length) await this.load(this.asked);
  }
}

export const properties = (scene) => new Definitions(scene, PROPERTIES).draw();
export const eventDefinitions = (scene) => new Definitions(scene, EVENTS).draw();
