// The journal of requests: a list with filters, newest first, and one entry in detail.

import { api } from "./api.js";
import { attempt, button, check, confirm, copy, curlButton, curlOfList, dialog, empty, foot, h, notice, pager, table, when } from "./dom.js";
import { addressed, arrows, choice, filterBar, opener, searchBox } from "./filters.js";
import { indented } from "./json.js";
import { listen } from "./live.js";

const PATH = "/_lab/requests/";
const LIMIT = 50;
/** How long to wait for more before the list is drawn again, in milliseconds. */
const PAUSE = 300;
const METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE", "OPTIONS", "HEAD"];
const STATUSES = ["2xx", "3xx", "4xx", "5xx", "401", "403", "404", "429"];

const exactly = new Intl.DateTimeFormat(undefined, { dateStyle: "short", timeStyle: "medium" });
const took = (microseconds) => (microseconds < 10_000 ? `${(microseconds / 1000).toFixed(1)} ms` : `${Math.round(microseconds / 1000).toLocaleString()} ms`);
const address = (entry) => entry.path + (entry.query ? `?${entry.query}` : "");
const grade = (status) => h("span", { class: `status ${status && status < 400 ? "fine" : "failed"}` }, status ? String(status) : "none");

/** What is odd about an entry: a fault of the lab, warnings, a path that hoglet lacks. */
const remarks = (entry) => [
  entry.fault ? `made to fail by fault ${entry.fault}` : null,
  ...entry.warnings,
  entry.route || entry.status !== 404 ? null : entry.did_you_mean ? `not a path of hoglet; nearest: ${entry.did_you_mean}` : "not a path of hoglet",
].filter(Boolean);

function half(title, { headers, body, encoding, size, is_cut: isCut }) {
  const text = body === null ? null : encoding === "text" ? indented(body) : body;
  const sizes = `${size.toLocaleString()} bytes${isCut ? ", of which the first are kept" : ""}${encoding === "base64" ? ", shown in base64" : ""}`;
  return h("section", {}, h("h3", {}, title),
    h("details", {}, h("summary", {}, `${Object.keys(headers).length} headers`),
      h("dl", {}, Object.entries(headers).map(([name, value]) => [h("dt", {}, name), h("dd", {}, h("code", {}, value))]))),
    text === null ? h("p", { class: "quiet" }, "No body.") : [
      h("div", { class: "head" }, h("small", {}, sizes), button("Copy", () => copy(text, "The body is"), { "aria-label": `Copy body of the ${title.toLowerCase()}` })),
      h("pre", { tabindex: "0" }, text)]);
}

/** What only curl itself or the connection says in the head of a request. */
const OF_CONNECTION = ["host", "content-length", "connection", "accept-encoding", "user-agent", "authorization", "cookie", "transfer-encoding"];

/** The request of `entry`, to be sent again; credentials are placeholders or masked. */
function sent(entry) {
  const headers = Object.entries(entry.request.headers).filter(([name]) => !OF_CONNECTION.includes(name)).map(([name, value]) => `${name}: ${value}`);
  return { method: entry.method, path: address(entry), headers, body: entry.request.encoding === "text" && entry.request.body ? entry.request.body : undefined };
}

function detail(scene, entry, signal) {
  const project = scene.projects.find((one) => one.id === entry.project);
  const fact = (name, value) => (value ? [h("dt", {}, name), h("dd", {}, value)] : []);
  return dialog(`${entry.method} ${entry.path}`, (close) => [
    h("dl", {}, fact("Number", String(entry.number)), fact("Status", grade(entry.status)), fact("Time", when(entry.time, "", exactly)), fact("Took", took(entry.microseconds)),
      fact("Query", entry.query && h("code", {}, entry.query)), fact("Route", entry.route && h("code", {}, entry.route)),
      fact("Project", project?.name ?? (entry.project && String(entry.project))), fact("Key", entry.key && h("code", {}, entry.key)),
      fact("Remarks", remarks(entry).join("; "))),
    half("Request", entry.request), half("Response", entry.response),
    h("div", { class: "buttons" }, curlButton(() => ({ requests: [sent(entry)] }), { class: "aside" }), button("Copy as JSON", () => copy(JSON.stringify(entry, null, 2), "The entry is")), button("Done", () => close(true), { class: "main" })),
  ], { class: "wide", signal });
}

/** Of how many requests the warnings are shown: each comes with its body. */
const WARNED = 200;
const WARNED_PATH = `${PATH}?order=-number&limit=${WARNED}`;

/** The request for the list that `parameters` ask for. */
function pathOf(parameters) {
  const query = new URLSearchParams({ order: "-number", limit: LIMIT, offset: Number(parameters.get("offset")) || 0 });
  for (const [name, key] of [["method", "method"], ["path", "path"], ["status", "status"], ["project", "of"]]) {
    if (parameters.get(key)) query.set(name, parameters.get(key));
  }
  return `${PATH}?${query}`;
}

/** The first requests of this part. */
export const firstOfRequests = (_, parameters) => [pathOf(parameters), WARNED_PATH];

/** What strict mode warned of lately: each warning with the latest request that got it. */
async function warned(scene, body, href) {
  const { results } = await api("GET", WARNED_PATH, undefined, scene.stay);
  const all = new Map();
  for (const entry of results) {
    for (const text of entry.warnings) all.set(text, { last: entry, ...all.get(text), count: 1 + (all.get(text)?.count ?? 0) });
  }
  body.hidden = all.size === 0;
  const row = ([text, { last, count }]) => [text, h("a", { href: href(last) }, `${last.method} ${address(last)}`), { cell: count.toLocaleString(), class: "number" }, when(last.time, "", exactly)];
  body.replaceChildren(h("div", { class: "head" }, h("h2", {}, "Strict warnings"), curlOfList(() => WARNED_PATH, { "aria-label": "Copy as curl: the latest requests" })),
    h("p", { class: "quiet" }, `What the latest ${WARNED} requests sent without effect. `, h("a", { href: "/docs/lab/#strict" }, "What strict mode looks at")),
    table("Strict warnings", ["Warning", "Latest request", "Requests", "Time"], [...all].map(row)));
}

export async function requests(scene) {
  const path = searchBox("Path", "such as /api/**");
  const controls = {
    method: choice("Method", [["", "Any"], ...METHODS.map((one) => [one, one])]),
    path,
    status: choice("Status", [["", "Any"], ...STATUSES.map((one) => [one, one])]),
    of: choice("Project", [["", "Any"], ...scene.projects.map((one) => [String(one.id), one.name])]),
  };
  const says = h("span", { class: "quiet", role: "status" });
  const body = h("div", {});
  const live = check("Live", { checked: true, onchange: () => live.querySelector("input").checked && refresh() });
  const row = (entry) => [
    [h("a", { href: place.href({ request: entry.number }), class: "name" }, `${entry.method} ${address(entry)}`), remarks(entry).map((text) => h("div", {}, h("small", {}, text)))],
    grade(entry.status), when(entry.time, "", exactly), { cell: took(entry.microseconds), class: "number" },
  ];
  let running = null;
  const load = async () => {
    running?.abort();
    const { signal } = running = new AbortController();
    const { count, results } = await api("GET", pathOf(place), undefined, signal);
    const offset = Number(place.get("offset")) || 0;
    if (count && !results.length) return place.set({ offset: null }, true); // older entries were dropped
    const isFiltered = Object.keys(controls).some((name) => place.get(name));
    body.replaceChildren(count
      ? table("Requests", ["Request", "Status", "Time", "Took"], results.map(row))
      : empty(isFiltered ? "Nothing fits" : "No requests", isFiltered ? "No request in the journal matches these filters." : "Requests appear here as they are answered. Those of the lab itself are not recorded."),
    foot(pager(count, offset, LIMIT, (to) => place.set({ offset: to || null })), () => pathOf(place)));
  };
  const warnings = h("section", { hidden: true });
  const refresh = () => Promise.all([load(), warned(scene, warnings, (entry) => place.href({ request: entry.number }))]).then(() => { says.textContent = ""; }, (error) => {
    if (error.name !== "AbortError") says.textContent = error.message;
  });
  const clear = async () => {
    if (!await confirm("Clear the journal?", "All entries are deleted.", "Clear journal", () => api("DELETE", PATH))) return;
    notice("The journal is empty.");
    await place.set({ offset: null });
  };
  const follow = async () => {
    await refresh();
    openEntry();
  };
  const place = addressed(scene, controls, follow);
  const openEntry = opener(scene, place, "request", (number, signal) => attempt(async () => detail(scene, await api("GET", `${PATH}${encodeURIComponent(number)}/`), signal)));
  scene.view.append(warnings, h("section", {},
    h("div", { class: "head" }, h("h2", {}, "Requests"), h("div", { class: "row" }, says, live, button("Refresh", refresh), button("Clear…", clear, { class: "danger", "aria-label": "Clear the journal" }))),
    filterBar(Object.values(controls)), body,
    h("p", { class: "quiet" }, "The latest 1,000 requests. Keys, passwords and other credentials are masked.")));
  arrows(body, "a.name", path);
  let timer = 0;
  listen(`${PATH}stream/`, scene.stay, {
    take: () => {
      if (timer || place.get("offset") || place.get("request") || !live.querySelector("input").checked) return;
      timer = setTimeout(() => {
        timer = 0;
        refresh();
      }, PAUSE);
    },
    state: (isConnected) => { says.textContent = isConnected ? "" : "Not connected. Trying again…"; },
  });
  await refresh();
  openEntry();
}
