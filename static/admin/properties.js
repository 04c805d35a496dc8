// Property definitions: search, filter, edit in place, change many at once, export.

import { api } from "./api.js";
import { attempt, button, check, empty, h, notice, pager, select } from "./dom.js";
import { bulkBar } from "./properties-bulk.js";
import { exportAs } from "./properties-export.js";

const LIMIT = 50;
export const TYPES = [["", "unknown"], ["String", "String"], ["Numeric", "Numeric"], ["Boolean", "Boolean"], ["DateTime", "DateTime"], ["Duration", "Duration"]];
const KINDS = [["event", "Events"], ["person", "Persons"], ["session", "Sessions"], ...[0, 1, 2, 3, 4].map((index) => [`group${index}`, `Group type ${index}`])];

/** The query string that the filters mean. */
function query({ search, kind, verified, hidden, core }) {
  const group = kind.match(/^group(\d)$/);
  const params = new URLSearchParams({ type: group ? "group" : kind });
  if (group) params.set("group_type_index", group[1]);
  if (search) params.set("search", search);
  if (verified) params.set("verified", verified);
  if (hidden) params.set("exclude_hidden", "true");
  if (core) params.set("exclude_core_properties", "true");
  return params;
}

/** A text that becomes an input when it is pressed: Enter keeps, Escape leaves it as it was. */
function inline(name, text, placeholder, keep) {
  const show = button(text || placeholder, () => {
    const input = h("input", { "aria-label": name, value: text, autocomplete: "off" });
    let over = false;
    const leave = async (save) => {
      if (over) return;
      over = true;
      const changed = save && input.value !== text;
      input.replaceWith(show);
      show.focus();
      if (changed) await keep(input.value);
    };
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") leave(true);
      if (event.key === "Escape") leave(false);
    });
    input.addEventListener("blur", () => leave(true));
    show.replaceWith(input);
    input.focus();
  }, { class: text ? "plain" : "plain quiet", "aria-label": `${name}: ${text || placeholder}` });
  return show;
}

export const tagList = (text) => text.split(",").map((tag) => tag.trim()).filter(Boolean);

/** The row of a definition; it redraws itself when it is changed. */
function row(base, first, picked, onpick) {
  const element = h("tr", {});
  const draw = (it) => {
    if (it.virtual) {
      element.replaceChildren(h("td", {}), h("th", { scope: "row" }, it.name, h("div", {}, h("small", {}, "computed"))), h("td", { "data-label": "Type" }, it.property_type), h("td", {}, it.description), h("td", {}), h("td", {}), h("td", {}));
      return;
    }
    const change = async (what) => {
      element.setAttribute("aria-busy", "true");
      let now = it;
      await attempt(async () => { now = await api("PATCH", `${base}/property_definitions/${it.id}/`, what); });
      element.removeAttribute("aria-busy");
      draw(now);
    };
    const toggle = (key, on, off) => button(it[key] ? on : off, () => change({ [key]: !it[key] }), { role: "switch", "aria-checked": String(Boolean(it[key])), "aria-label": `${on} ${it.name}: ${it[key] ? on : off}` });
    const box = h("input", { type: "checkbox", "aria-label": `Pick ${it.name}`, checked: picked.has(it.id), onchange: () => onpick(it, box.checked) });
    const cell = (label, content) => h("td", { "data-label": label }, content);
    element.replaceChildren(
      h("td", {}, box), h("th", { scope: "row" }, it.name),
      cell("Type", select(TYPES, it.property_type ?? "", { "aria-label": `Type of ${it.name}`, onchange: (event) => change({ property_type: event.target.value || null }) })),
      cell("Description", inline(`Description of ${it.name}`, it.description ?? "", "Describe it…", (text) => change({ description: text }))),
      cell("Tags", inline(`Tags of ${it.name}`, it.tags.join(", "), "Add tags…", (text) => change({ tags: tagList(text) }))),
      cell("Verified", toggle("verified", "Verified", "No")), cell("Hidden", toggle("hidden", "Hidden", "No")));
  };
  draw(first);
  return element;
}

function grid(base, list, picked, changed) {
  const stored = list.filter((it) => !it.virtual);
  const onpick = (it, on) => {
    if (on) picked.set(it.id, it);
    else picked.delete(it.id);
    whole.checked = stored.every((one) => picked.has(one.id));
    changed();
  };
  const rows = list.map((it) => row(base, it, picked, onpick));
  const whole = h("input", { type: "checkbox", "aria-label": "Pick all on this page", onchange: () => {
    const wanted = whole.checked; // every click sets it anew
    for (const box of element.querySelectorAll("tbody input[type=checkbox]")) {
      if (box.checked !== wanted) box.click();
    }
  } });
  const element = h("div", { class: "table", tabindex: "0", role: "region", "aria-label": "Property definitions" }, h("table", {},
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, whole), ["Name", "Type", "Description", "Tags", "Verified", "Hidden"].map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, rows)));
  return element;
}

export async function properties({ base, view }) {
  const filter = { search: "", kind: "event", verified: "", hidden: false, core: false };
  const picked = new Map();
  const body = h("div", {});
  const bar = h("div", {});
  let running = null;
  let at = 0;
  const drawBar = () => bar.replaceChildren(picked.size ? bulkBar(base, picked, () => load(at)) : "");
  const load = async (offset) => {
    running?.abort();
    running = new AbortController();
    const params = query(filter);
    params.set("limit", LIMIT);
    params.set("offset", offset);
    const page = await api("GET", `${base}/property_definitions/?${params}`, undefined, running.signal);
    at = offset;
    const isFiltered = filter.search || filter.verified || filter.hidden || filter.core;
    body.replaceChildren(page.results.length ? grid(base, page.results, picked, drawBar)
      : isFiltered ? empty("Nothing fits", "No property has this name and these marks. Try fewer words, or take a filter away.")
      : empty("No properties yet", "They are learned from the events that come in. The section Project has lines to paste that send one."),
    pager(page.count, offset, LIMIT, (to) => attempt(() => load(to))));
    drawBar();
  };
  const fresh = async () => {
    picked.clear();
    await load(0).catch((error) => error.name === "AbortError" || notice(error.message, true));
  };
  const set = (key, value) => (event) => {
    filter[key] = value(event.target);
    clearTimeout(set.timer);
    set.timer = setTimeout(fresh, key === "search" ? 120 : 0);
  };
  const save = (kind) => button(`Export ${kind.toUpperCase()}`, () => attempt(() => exportAs(kind, base, query(filter))));
  view.append(
    h("div", { class: "head" }, h("h1", {}, "Property definitions"), h("div", { class: "row" }, save("csv"), save("json"))),
    h("div", { class: "filters", role: "search" },
      h("label", {}, "Search", h("input", { type: "search", placeholder: "Press / to search", oninput: set("search", (it) => it.value.trim()) })),
      h("label", {}, "Of", select(KINDS, "event", { onchange: set("kind", (it) => it.value) })),
      h("label", {}, "Verified", select([["", "Either"], ["true", "Yes"], ["false", "No"]], "", { onchange: set("verified", (it) => it.value) })),
      check("Without hidden", { onchange: set("hidden", (it) => it.checked) }),
      check("Without PostHog's own", { onchange: set("core", (it) => it.checked) })),
    body, bar);
  await load(0);
}
