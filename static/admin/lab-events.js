// Events of all projects as they come in.

import { button, check, empty, h } from "./dom.js";
import { eventRow, eventTable } from "./events.js";
import { addressed, arrows, choice, filterBar, searchBox } from "./filters.js";
import { listen } from "./live.js";

/** The most rows that are shown. */
const MOST = 200;

export async function stream(scene) {
  const name = searchBox("Event", "The exact name");
  const project = choice("Project", [["", "All projects"], ...scene.projects.map((one) => [String(one.id), one.name])]);
  const says = h("span", { class: "quiet", role: "status" });
  const news = button("", () => add(), { class: "main news", hidden: true });
  const body = h("div", {});
  const open = new Set();
  let leave = new AbortController();
  let waiting = [];
  let rows = null;
  const live = check("Live", { checked: true, onchange: () => live.querySelector("input").checked && add() });
  /** The list does not move while it is being read. */
  const isRead = () => !live.querySelector("input").checked || scrollY > 200 || body.contains(document.activeElement) || open.size > 0;
  const add = () => {
    if (waiting.length === 0) return;
    if (!rows) {
      body.replaceChildren(eventTable([], open));
      rows = body.querySelector("tbody");
    }
    rows.prepend(...waiting.reverse().map((event) => eventRow(event, open)));
    while (rows.children.length > MOST) rows.lastChild.remove();
    waiting = [];
    news.hidden = true;
  };
  const take = (event) => {
    waiting.push(event);
    if (waiting.length > MOST) waiting.shift();
    if (!isRead()) return add();
    news.textContent = `${waiting.length}${waiting.length === MOST ? " or more" : ""} new`;
    news.hidden = false;
  };
  const start = () => {
    leave.abort();
    const mine = leave = new AbortController();
    scene.stay.addEventListener("abort", () => mine.abort());
    [waiting, rows] = [[], null];
    open.clear();
    news.hidden = true;
    body.replaceChildren(empty("No events", "Those that come in appear here at once.", h("a", { href: `#/projects/${scene.project.id}/project` }, "Send an event")));
    const query = new URLSearchParams({ since: 0 });
    if (place.get("project")) query.set("project", place.get("project"));
    if (place.get("event")) query.set("event", place.get("event"));
    listen(`/_lab/events?${query}`, mine.signal, {
      take,
      lost: (detail) => { says.textContent = detail; },
      state: (isConnected) => { says.textContent = isConnected ? "Connected." : "Not connected. Trying again…"; },
    });
  };
  const place = addressed(scene, { event: name, project }, start);
  scene.view.append(h("section", {},
    h("div", { class: "head" }, h("h2", {}, "Events as they come in"), h("div", { class: "row" }, says, news, live)),
    filterBar([name, project]), body));
  arrows(body, "summary", name);
  start();
}
