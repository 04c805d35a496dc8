// Filters and order of the list. The URL has them as parameters of the API.

import { button, check, h, select } from "./dom.js";

const OF = [["event", "Events"], ["person", "Persons"], ["session", "Sessions"], ...[0, 1, 2, 3, 4].map((index) => [`group ${index}`, `Group type ${index}`])];
const EITHER = [["", "Any"], ["true", "Yes"], ["false", "No"]];

const EVENTS = [["", "All events"], ["event_custom", "Your own events"], ["event_posthog", "PostHog’s own events"]];

/** The query string of the API for the `parameters` of the URL. */
export function query(kind, parameters) {
  const asked = new URLSearchParams(kind.defaults);
  for (const key of [...kind.filters, "ordering"]) {
    if (parameters.get(key)) asked.set(key, parameters.get(key));
  }
  return asked;
}

/** The filters that can be cleared: all but the type. */
const clearable = (kind) => kind.filters.filter((key) => !["type", "group_type_index"].includes(key));

export const isFiltered = (kind, parameters) => clearable(kind).some((key) => parameters.get(key));

export const noFilter = (kind) => Object.fromEntries(clearable(kind).map((key) => [key, null]));

/** The form of `kind`. Calls `go` with the changed parameters (null removes one), and whether to replace the history entry. `leave`
 * moves the focus to the results; `show` fills in the form. */
export function filterForm(kind, go, leave) {
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
  const without = (label, name) => check(label, { name, onchange: (event) => go({ [name]: event.target.checked ? "true" : null }) });
  const core = without("Without PostHog's own", "exclude_core_properties");
  const stale = without("Seen within 30 days", "exclude_stale");
  const whose = choice(EVENTS, "event_type");
  const clear = button("Clear", () => {
    go(noFilter(kind));
    search.focus();
  }, { class: "clear", "aria-label": "Clear filters" });
  const [before, after] = kind.filters.includes("event_type") ? [[["Events", whose]], stale] : [[["Of", of], ["Type", numbers]], core];
  const node = h("div", { class: "filters", role: "search", "aria-label": kind.title },
    h("label", { class: "wide" }, "Search", search), before.map(([label, control]) => h("label", {}, label, control)),
    h("label", {}, "Verified", verified), h("label", {}, "Hidden", hidden), h("label", {}, "Tag", tag), after, clear);

  function show(parameters) {
    if (search !== document.activeElement || search.value.trim() !== (parameters.get("search") ?? "")) search.value = parameters.get("search") ?? "";
    of.value = [parameters.get("type") || "event", parameters.get("group_type_index")].filter(Boolean).join(" ");
    for (const one of [numbers, verified, hidden, whose]) one.value = parameters.get(one.name) ?? "";
    tag.value = parameters.get("tag") ?? "";
    for (const one of [core, stale]) one.querySelector("input").checked = parameters.get(one.querySelector("input").name) === "true";
    clear.disabled = !isFiltered(kind, parameters);
  }
  return { node, show };
}
