// The table of definitions: sortable headings, rows to pick and navigate.

import { button, h } from "./dom.js";
import { row } from "./properties-cells.js";
import { rowKey } from "./properties-keys.js";

/** A heading that sorts by its column when pressed, then in reverse, then restores the default order. */
function heading({ key, label, ordering }, section) {
  if (!ordering) return { node: h("th", { scope: "col", class: key }, label), show: () => {} };
  const opposite = ordering.startsWith("-") ? ordering.slice(1) : `-${ordering}`;
  const node = h("th", { scope: "col", class: `${key} sort` }, button(label, () => {
    const now = node.dataset.now;
    section.goTo({ ordering: now === ordering ? opposite : now === opposite ? null : ordering });
  }));
  const show = (now) => {
    node.dataset.now = now ?? "";
    node.setAttribute("aria-sort", ![ordering, opposite].includes(now) ? "none" : now.startsWith("-") ? "descending" : "ascending");
  };
  return { node, show };
}

/** The table of a section. */
export function grid(section) {
  const { book, picked } = section;
  let rows = new Map();
  let current = null; // the row that Tab enters
  let lastPicked = null;
  const headings = [{ key: "name", label: "Name", ordering: "name" }, ...section.kind.cells].map((one) => heading(one, section));
  const all = h("input", { type: "checkbox", "aria-label": "Pick all on this page", onclick: () => section.pick(free(), all.checked) });
  const body = h("tbody", { onkeydown: (event) => rowKey(event, { nodes: [...body.rows], move, section }), onfocusin: (event) => reach(event.target.closest("tr")) });
  const node = h("div", { class: "table definitions" }, h("table", { role: "grid", "aria-label": section.kind.title, "aria-multiselectable": "true" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col", class: "pick" }, all), headings.map((one) => one.node))), body));

  const free = () => [...rows.keys()].filter((id) => !book.shown(id).virtual && !book.shown(id).gone);

  /** Makes `next` the only row whose controls Tab reaches. */
  function reach(next) {
    for (const one of new Set([current, next])) {
      if (!one) continue;
      for (const part of [one, ...one.querySelectorAll("button, select, input")]) part.tabIndex = one === next ? 0 : -1;
    }
    current = next;
  }

  function move(next) {
    if (!next) return;
    reach(next);
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }

  function onpick(id, isPicked, isRange) {
    const ids = free();
    const [from, to] = [ids.indexOf(lastPicked), ids.indexOf(id)].sort((one, other) => one - other);
    section.pick(isRange && from >= 0 ? ids.slice(from, to + 1) : [id], isPicked);
    lastPicked = id;
  }

  /** Updates which rows are shown as picked. */
  function showPicks() {
    for (const [id, { pick }] of rows) pick(picked.has(id));
    const ids = free();
    const some = ids.filter((id) => picked.has(id)).length;
    all.checked = some > 0 && some === ids.length;
    all.indeterminate = some > 0 && some < ids.length;
    all.disabled = ids.length === 0;
  }

  /** Shows the definitions `list`, sorted by `ordering`. The focus stays in the rows if it was there. */
  function show(list, ordering) {
    const hadFocus = body.contains(document.activeElement);
    rows = new Map(list.map((it) => [it.id, row(it, section, onpick)]));
    body.replaceChildren(...[...rows.values()].map((one) => one.node));
    for (const one of body.querySelectorAll("button, select, input")) one.tabIndex = -1;
    for (const one of headings) one.show(ordering);
    showPicks();
    current = null;
    reach(body.rows[0] ?? null);
    if (hadFocus) move(body.rows[0]);
  }

  function redraw(id) {
    const one = rows.get(id);
    if (!one) return;
    one.draw(book.shown(id));
    for (const part of one.node.querySelectorAll("button, select, input")) part.tabIndex = one.node === current ? 0 : -1;
  }

  /** Whether something is being entered in the row of `id`. */
  const isEdited = (id) => rows.get(id)?.node.contains(document.activeElement) && document.activeElement.matches("input:not([type=checkbox]), select, textarea");

  /** Whether someone is at work in the rows. */
  const isBusy = () => body.contains(document.activeElement) || picked.size > 0;

  return { node, show, showPicks, redraw, isEdited, isBusy, enter: () => move(current) };
}
