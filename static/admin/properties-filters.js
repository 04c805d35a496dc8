// Filters and order of the list. The URL has them as parameters of the API.

import { button, check, h, select } from "./dom.js";

const FILTERS = ["search", "type", "group_type_index", "is_numerical", "verified", "hidden", "exclude_core_properties", "tag"];
const OF = [["event", "Events"], ["person", "Persons"], ["session", "Sessions"], ...[0, 1, 2, 3, 4].map((index) => [`group ${index}`, `Group type ${index}`])];
const EITHER = [["", "Either"], ["true", "Only"], ["false", "Without"]];

/** The query string of the API for the `parameters` of the URL. */
export function query(parameters) {
  const asked = new URLSearchParams({ type: "event" });
  for (const key of [...FILTERS, "ordering"]) {
    if (parameters.get(key)) asked.set(key, parameters.get(key));
  }
  return asked;
}

export const isFiltered = (parameters) => FILTERS.some((key) => !["type", "group_type_index"].includes(key) && parameters.get(key));

/** Clears all filters except the type. */
export const NO_FILTER = Object.fromEntries(FILTERS.slice(3).concat("search").map((key) => [key, null]));

/** The form. Calls `go` with the changed parameters (null removes one), and whether to replace the history entry. `leave`
 * moves the focus to the results; `show` fills in the form. */
export function filterForm(go, leave) {
  let timer = 0;
  let isTyping = false;
  const search = h("input", { type: "search", autocomplete: "off", spellcheck: "false", placeholder: "Press / to search", "aria-keyshortcuts": "/", onblur: () => { isTyping = false; }, onkeydown: (event) => {
    if (!["ArrowDown", "Enter"].includes(event.key)) return;
    event.preventDefault();
    leave();
  }, oninput: () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      go({ search: search.value.trim() || null }, isTyping); // one history entry for a word, not one for each letter
      isTyping = true;
    }, 120);
  } });
  const choice = (options, name, change = (value) => ({ [name]: value || null })) =>
    select(options, "", { name, onchange: (event) => go(change(event.target.value)) });
  const of = choice(OF, "of", (value) => {
    const [type, index] = value.split(" ");
    return { type: type === "event" ? null : type, group_type_index: index ?? null };
  });
  const numbers = choice([["", "Any type"], ["true", "Numeric"]], "is_numerical");
  const verified = choice(EITHER, "verified");
  const hidden = choice(EITHER, "hidden");
  const tag = h("input", { list: "known-tags", autocomplete: "off", placeholder: "Any tag", onchange: () => go({ tag: tag.value.trim().toLowerCase() || null }) });
  const core = check("Without PostHog's own", { onchange: (event) => go({ exclude_core_properties: event.target.checked ? "true" : null }) });
  const clear = button("Clear", () => {
    go(NO_FILTER);
    search.focus();
  }, { class: "clear", "aria-label": "Clear filters" });
  const node = h("div", { class: "filters", role: "search", "aria-label": "Property definitions" },
    h("label", { class: "wide" }, "Search", search), h("label", {}, "Of", of), h("label", {}, "Type", numbers),
    h("label", {}, "Verified", verified), h("label", {}, "Hidden", hidden), h("label", {}, "Tag", tag), core, clear);

  function show(parameters) {
    if (search !== document.activeElement || search.value.trim() !== (parameters.get("search") ?? "")) search.value = parameters.get("search") ?? "";
    of.value = [parameters.get("type") || "event", parameters.get("group_type_index")].filter(Boolean).join(" ");
    for (const one of [numbers, verified, hidden]) one.value = parameters.get(one.name) ?? "";
    tag.value = parameters.get("tag") ?? "";
    core.querySelector("input").checked = parameters.get("exclude_core_properties") === "true";
    clear.disabled = !isFiltered(parameters);
  }
  return { node, show };
}
