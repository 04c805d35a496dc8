// The latest events, which the server keeps in memory. New ones appear while the section is open.

import { api } from "./api.js";
import { button, check, copy, empty, h, pager, when } from "./dom.js";
import { addressed, arrows, filterBar, redrawn, searchBox } from "./filters.js";

const LIMIT = 50;
/** The pause between two requests, in milliseconds. */
const PAUSE = 2000;

/** The row of `event` in a table of events. `open` holds the ids of those whose properties are shown. */
export function eventRow(event, open) {
  const names = Object.keys(event.properties);
  const count = names.length === 1 ? "1 property" : `${names.length} properties`;
  const text = JSON.stringify(event.properties, null, 2);
  const fold = h("details", { open: open.has(event.id), ontoggle: () => (fold.open ? open.add(event.id) : open.delete(event.id)) },
    h("summary", { "aria-label": `${count} of ${event.event}, ${event.timestamp}` }, count),
    h("pre", { tabindex: "0" }, text),
    button("Copy", () => copy(text, "Properties"), { "aria-label": `Copy properties of ${event.event}` }));
  return h("tr", {},
    h("th", { scope: "row" }, event.event),
    h("td", { "data-label": "Person" }, h("code", {}, event.distinct_id)),
    h("td", { "data-label": "Time" }, when(event.timestamp)),
    h("td", { "data-label": "Properties" }, names.length ? fold : h("span", { class: "quiet" }, "none")));
}

/** A table of the events in `list`. */
export const eventTable = (list, open) => h("div", { class: "table events", tabindex: "0", role: "region", "aria-label": "Latest events" }, h("table", {},
  h("thead", {}, h("tr", {}, ["Event", "Person", "Time", "Properties"].map((name) => h("th", { scope: "col" }, name)))),
  h("tbody", {}, list.map((event) => eventRow(event, open)))));

/** The message for an empty list. */
const nothing = (scene, search) => (search
  ? empty("No such event", "No name of a recent event contains this.")
  : empty("No events yet", "No event was received since the server started. The section Project has code to send one.",
    h("a", { href: `#/projects/${scene.project.id}/project` }, "Send a first event")));

const offsetOf = (parameters) => Number(parameters.get("offset")) || 0;

const pathOf = (base, parameters) =>
  `${base}/events/?${new URLSearchParams({ limit: LIMIT, offset: offsetOf(parameters), search: parameters.get("search") ?? "" })}`;

/** The first requests of this section. */
export const firstOfEvents = (base, parameters) => [pathOf(base, parameters)];

export async function events(scene) {
  const body = h("div", {});
  const search = searchBox("Name");
  const open = new Set();
  let drawn = "";
  let running = null;
  const load = async () => {
    running?.abort();
    running = new AbortController();
    const offset = offsetOf(place);
    const page = await api("GET", pathOf(scene.base, place), undefined, running.signal);
    const now = JSON.stringify(page);
    if (now === drawn) return;
    drawn = now;
    redrawn(body, () => body.replaceChildren(
      page.results.length ? eventTable(page.results, open) : nothing(scene, place.get("search")),
      pager(page.count, offset, LIMIT, (to) => place.set({ offset: to || null }))));
  };
  const status = h("span", { class: "quiet", role: "status" });
  /** Loads again and shows an error beside the heading; the next attempt may succeed. */
  const refresh = () => load().then(() => { status.textContent = ""; }, (error) => {
    if (error.name === "AbortError") return;
    if (error.constructor.name === "SignedOut") throw error;
    status.textContent = error.message;
  });
  const place = addressed(scene, { search }, refresh);
  const live = check("Live", { checked: true, onchange: () => live.querySelector("input").checked && refresh() });
  // Only while the page is visible, and never two requests at once.
  const tick = async () => {
    if (scene.stay.aborted) return;
    if (!document.hidden && live.querySelector("input").checked && !place.get("offset")) await refresh();
    setTimeout(tick, PAUSE);
  };
  scene.view.append(
    h("div", { class: "head" }, h("h1", {}, "Latest events"), h("div", { class: "row" }, status, live, button("Refresh", refresh))),
    filterBar([search]), body,
    h("p", { class: "quiet" }, "Events are not stored. The server keeps the latest ones in memory until it stops, and stores only the definitions that follow from them."));
  arrows(body, "summary", search);
  await load();
  setTimeout(tick, PAUSE);
}
