// Events that were refused or dropped, with the reason.

import { api } from "./api.js";
import { button, copy, empty, foot, h, pager, table, toTheSecond, when } from "./dom.js";
import { addressed } from "./filters.js";
import { onChange } from "./live.js";

const LIMIT = 50;

/** What the reasons mean that are only a code, or leave open what to do. */
const HELP = {
  missing_event_name: "The event has no name.",
  event_name_too_long: "The name has more than 200 characters.",
  missing_distinct_id: "The event has no distinct_id.",
  distinct_id_too_large: "The distinct_id has more than 200 characters.",
  malformed_distinct_id: "The distinct_id is a placeholder such as “anonymous” or “null”, which many persons would share.",
  invalid_event_timestamp: "The timestamp is missing, or is not one of RFC 3339.",
  malformed_event_properties: "The properties are not an object.",
  invalid_options: "An option has a value of the wrong type.",
  ai_event_too_big: "The event is too large.",
  "event submitted without a distinct_id": "Every event needs a distinct_id.",
  "event submitted without an api_key": "The request has no project token: the section Project shows it.",
  "API key is not valid: personal_api_key": "Events are sent with the project token, not with a personal key.",
};

const help = (reason) => HELP[reason] ?? (reason.startsWith("no project has the token") ? "Compare the token in your program with the one in the section Project." : null);

export const refusedPath = (base, parameters) => `${base}/refused_events/?limit=${LIMIT}&offset=${Number(parameters.get("offset")) || 0}`;

/** The path that says how many there are. */
export const countPath = (base) => `${base}/refused_events/?limit=1`;

/** Adds the section to the view. `count` draws how many there are. */
export async function refusedEvents(scene, kinds, count) {
  const body = h("div", {});
  const open = new Set();
  const fold = (number, ...inner) =>
    h("details", { open: open.has(number), ontoggle: ({ target }) => open[target.open ? "add" : "delete"](number) }, ...inner);
  const row = ({ number, reason, times, project, event, distinct_id: person, timestamp, sent }) => [
    h("div", {}, reason, times > 1 ? h("small", {}, ` ${times.toLocaleString()} times`) : null, help(reason) ? h("small", { class: "help" }, help(reason)) : null),
    event ?? h("span", { class: "quiet" }, project ? "the whole request" : "unknown"), person ? h("code", {}, person) : "",
    when(timestamp, "", toTheSecond),
    sent ? fold(number, h("summary", { "aria-label": `Show what was sent: ${reason}, ${timestamp}` }, "Show"), h("pre", { tabindex: "0" }, sent),
      button("Copy", () => copy(sent, "It is"), { "aria-label": `Copy what was sent: ${reason}, ${timestamp}` })) : h("span", { class: "quiet" }, "not kept"),
  ];
  let drawn = "";
  const load = async () => {
    const offset = Number(place.get("offset")) || 0;
    const page = await api("GET", refusedPath(scene.base, place));
    const now = JSON.stringify(page);
    if (now === drawn) return;
    drawn = now;
    body.replaceChildren(
      page.results.length ? h("div", { class: "refused" }, table("Refused events", ["Reason", "Event", "Person", "Time", "Sent"], page.results.map(row)))
        : empty("Nothing was refused", "Events that are refused or dropped since the server started appear here, with the reason."),
      foot(pager(page.count, offset, LIMIT, (to) => place.set({ offset: to || null })), () => refusedPath(scene.base, place)));
  };
  const place = addressed(scene, {}, load);
  scene.view.append(h("div", { class: "head" }, h("h1", {}, "Latest events")), kinds, body,
    h("p", { class: "quiet" }, "The server keeps the latest 100 of each project in memory. Of requests without a token of this server it keeps only the reason, and shows it in every project."));
  const all = () => Promise.all([load(), count()]);
  await all();
  onChange(scene, ["refused_events"], () => all().catch((error) => { if (error.constructor.name === "SignedOut") throw error; }));
}
