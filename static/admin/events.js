// The latest events, which the server keeps in memory. New ones appear while the section is open; the list does not move while
// it is being read.

import { api } from "./api.js";
import { button, check, copy, empty, foot, h, pager, toTheSecond, when } from "./dom.js";
import { countPath, refusedEvents, refusedPath } from "./events-refused.js";
import { addressed, arrows, filterBar, searchBox } from "./filters.js";
import { onChange } from "./live.js";

const LIMIT = 50;
/** How often to ask for new events where the server cannot say that there are any, in milliseconds. */
const PAUSE = 2000;
/** How many properties are shown in line, and how much of each. */
const [INLINE, LENGTH] = [3, 24];

const short = (value) => {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > LENGTH ? `${text.slice(0, LENGTH)}…` : text;
};

/** The first properties in line: those of the client's own, then those of its library. */
function glance(properties) {
  const names = Object.keys(properties).sort((one, other) => one.startsWith("$") - other.startsWith("$"));
  const more = names.length - INLINE;
  return names.slice(0, INLINE).map((name) => [h("span", { class: "quiet" }, `${short(name)}: `), short(properties[name]), " "])
    .concat(more > 0 ? h("small", {}, `and ${more} more`) : []);
}

/** The row of `event` in a table of events. `open` holds the ids of those whose properties are shown. */
export function eventRow(event, open) {
  const text = JSON.stringify(event.properties, null, 2);
  const fold = h("details", { open: open.has(event.id), ontoggle: () => (fold.open ? open.add(event.id) : open.delete(event.id)) },
    h("summary", {}, glance(event.properties)),
    h("pre", { tabindex: "0" }, text),
    button("Copy", () => copy(text, "Properties"), { "aria-label": `Copy properties of ${event.event}` }));
  return h("tr", {},
    h("th", { scope: "row" }, event.event),
    h("td", { "data-label": "Person" }, h("code", {}, event.distinct_id)),
    h("td", { "data-label": "Time" }, when(event.timestamp, "", toTheSecond)),
    h("td", { "data-label": "Properties" }, Object.keys(event.properties).length ? fold : h("span", { class: "quiet" }, "none")));
}

/** A table of the events in `list`. */
export const eventTable = (list, open) => h("div", { class: "table events", tabindex: "0", role: "region", "aria-label": "Latest events" }, h("table", {},
  h("thead", {}, h("tr", {}, ["Event", "Person", "Time", "Properties"].map((name) => h("th", { scope: "col" }, name)))),
  h("tbody", {}, list.map((event) => eventRow(event, open)))));

/** The filter of the API for `text`: a property that is set, or `name=value`. */
function condition(text) {
  const [key, ...value] = text.split("=");
  const isSet = value.length === 0;
  return JSON.stringify([{ type: "event", key: key.trim(), operator: isSet ? "is_set" : "exact", value: isSet ? "is_set" : value.join("=").trim() }]);
}

/** The message for an empty list. */
const nothing = (scene, isFiltered) => (isFiltered
  ? empty("No such event", "No recent event matches these filters.")
  : empty("No events yet", "No event was received since the server started. The section Project has code to send one.",
    h("a", { href: `#/projects/${scene.project.id}/project` }, "Send a first event")));

const offsetOf = (parameters) => Number(parameters.get("offset")) || 0;

const pathOf = (base, parameters) => {
  const query = new URLSearchParams({ limit: LIMIT, offset: offsetOf(parameters), search: parameters.get("search") ?? "" });
  if (parameters.get("person")) query.set("distinct_id", parameters.get("person"));
  if (parameters.get("property")) query.set("properties", condition(parameters.get("property")));
  return `${base}/events/?${query}`;
};

const isRefused = (parameters) => parameters.get("show") === "refused";

/** The first requests of this section. */
export const firstOfEvents = (base, parameters) => [(isRefused(parameters) ? refusedPath : pathOf)(base, parameters), countPath(base)];

/** The links to the events that were received and to those that were refused. `count` says how many of these there are. */
function parts(scene, isRefused, count) {
  const link = (text, query, isCurrent) => h("a", { href: `#/projects/${scene.project.id}/events${query}`, "aria-current": isCurrent ? "page" : null }, text);
  return [link("Received", "", !isRefused), link(count ? `Refused (${count})` : "Refused", "?show=refused", isRefused)];
}

export async function events(scene) {
  const refused = isRefused(scene.parameters);
  const kinds = h("nav", { class: "parts", "aria-label": "Kinds" });
  const count = async () => {
    const { count: many } = await api("GET", countPath(scene.base));
    kinds.replaceChildren(...parts(scene, refused, many));
  };
  await (refused ? refusedEvents : received)(scene, kinds, count);
  const byAddress = scene.follow;
  scene.follow = (parameters) => (isRefused(parameters) === refused ? byAddress?.(parameters) : scene.redraw());
}

async function received(scene, kinds, countRefused) {
  const body = h("div", {});
  const controls = { search: searchBox("Name"), person: searchBox("Person", "The exact distinct id"), property: searchBox("Property", "plan, or plan=pro") };
  const open = new Set();
  let shown = null;
  let running = null;
  const offset = () => offsetOf(place);
  const ask = () => {
    running?.abort();
    running = new AbortController();
    return api("GET", pathOf(scene.base, place), undefined, running.signal);
  };
  const show = (page) => {
    news.hidden = true;
    if (JSON.stringify(page) === JSON.stringify(shown)) return;
    shown = page;
    const isFiltered = Object.keys(controls).some((name) => place.get(name));
    body.replaceChildren(
      page.results.length ? eventTable(page.results, open) : nothing(scene, isFiltered),
      foot(pager(page.count, offset(), LIMIT, (to) => place.set({ offset: to || null })), () => pathOf(scene.base, place)));
  };
  const isLive = () => live.querySelector("input").checked;
  /** The list does not move while it is being read. */
  const isRead = () => !isLive() || scrollY > 200 || body.contains(document.activeElement) || open.size > 0;
  /** Shows new events, or how many there are. */
  const update = async () => {
    if (offset()) return;
    const page = await ask();
    if (!shown?.results.length || !isRead()) return show(page);
    const known = page.results.findIndex(({ id }) => id === shown.results[0].id);
    const fresh = known < 0 ? page.results.length : known;
    news.textContent = `${fresh}${known < 0 && page.results.length === LIMIT ? " or more" : ""} new`;
    news.hidden = fresh === 0;
  };
  const status = h("span", { class: "quiet", role: "status" });
  /** Runs `task` and shows an error beside the heading; the next attempt may succeed. */
  const attempt = (task) => task().then(() => { status.textContent = ""; }, (error) => {
    if (error.name === "AbortError") return;
    if (error.constructor.name === "SignedOut") throw error;
    status.textContent = error.message;
  });
  const load = async () => show(await ask());
  const refresh = () => attempt(load);
  const news = button("", () => {
    scrollTo(0, 0);
    open.clear();
    return refresh();
  }, { class: "main news", hidden: true });
  const place = addressed(scene, controls, refresh);
  const live = check("Live", { checked: true, onchange: () => isLive() && refresh() });
  scene.view.append(
    h("div", { class: "head" }, h("h1", {}, "Latest events"), h("div", { class: "row" }, status, news, live, button("Refresh", refresh))),
    kinds, filterBar(Object.values(controls)), body,
    h("p", { class: "quiet" }, "Events are not stored. The server keeps the latest ones in memory until it stops, and stores only the definitions that follow from them."));
  arrows(body, "summary", controls.search);
  await Promise.all([load(), countRefused()]);
  const isConnected = onChange(scene, ["events", "refused_events"], () => attempt(() => Promise.all([update(), countRefused()])));
  // Never two requests at once.
  const tick = async () => {
    if (scene.stay.aborted) return;
    if (!document.hidden && !isConnected()) await attempt(update);
    setTimeout(tick, PAUSE);
  };
  setTimeout(tick, PAUSE);
}
