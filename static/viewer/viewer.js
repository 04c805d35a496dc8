// The public page of a share: shows the data in the page, or asks for the password and loads the data.
import { board } from "./board.js";
import { h, instant, list, number, object } from "./dom.js";
import { draw, markdown } from "./drawing.js";
import { duration } from "./format.js";
import { freshness, insightBody, nameOf } from "./insight.js";

const root = document.getElementById("root");

function start(data) {
  root.replaceChildren(...(data.type === "unlock" ? [gate(data)] : page(data)));
  report();
}

function page(data) {
  const chrome = data.type === "scene";
  const mark = data.whitelabel ? null : h("span", { class: "brand" }, h("span", { class: "logo", "aria-hidden": "true" }), "hoglet");
  const team = data.whitelabel && data.notebook ? null : document.body.dataset.team;
  const top = chrome
    ? h("header", { class: "top" }, mark, team ? h("span", { class: "team" }, team) : null)
    : mark && h("header", { class: "top small" }, mark);
  const foot = chrome && !data.whitelabel ? h("footer", {}, "Shared with hoglet") : null;
  root.classList.toggle("narrow", Boolean(data.notebook || data.recording) && chrome);
  const body = data.insight ? insightPage(data) : data.dashboard ? dashboardPage(data, chrome)
    : data.notebook ? notebookPage(data) : data.recording ? recordingPage(data) : [h("p", { class: "empty" }, "Nothing is shared here.")];
  return [data.whitelabel && !team ? null : top, ...body, foot].filter(Boolean);
}

const titled = (data, name, text) => [h("h1", {}, name), text ? h("div", { class: "lead" }, markdown(text, data)) : null];

function insightPage(data) {
  const { insight } = data;
  return [h("article", { class: "sheet" },
    data.noHeader ? h("h1", { class: "unseen" }, nameOf(insight)) : titled(data, nameOf(insight), insight.description),
    insightBody(insight, { showLegend: data.legend, detailed: data.detailed, tools: data.type === "scene" }),
    h("div", { class: "meta" }, freshness(insight), author(insight)))];
}

function author(thing) {
  const by = object(thing.created_by);
  const name = [by.first_name, by.last_name].filter(Boolean).join(" ");
  const changed = thing.last_modified_at ?? thing.created_at;
  const words = [name && `By ${name}`, changed && `${name ? "last" : "Last"} changed ${instant(changed)}`].filter(Boolean).join(", ");
  return words ? h("small", { class: "muted" }, words) : null;
}

function dashboardPage(data, chrome) {
  const { dashboard } = data;
  return [h("article", { class: "board" },
    chrome ? titled(data, dashboard.name || "Dashboard", dashboard.description) : h("h1", { class: "unseen" }, dashboard.name || "Dashboard"),
    list(dashboard.tiles).length ? board(data) : h("p", { class: "empty" }, "This dashboard is empty."))];
}

/** The name of the first element that `drawing` shows; null if it shows nothing. */
function beginning(drawing) {
  if (!Array.isArray(drawing)) return String(drawing).trim() ? "text" : null;
  const [name, , ...inner] = drawing;
  return name === "div" ? inner.map(beginning).find(Boolean) : name;
}

function notebookPage(data) {
  const first = object(list(object(data.notebook.content).content)[0]);
  const begins = list(data.drawings).map(beginning).find(Boolean);
  const startsWithTitle = first.type === "heading" || begins === "h1";
  const title = data.notebook.title && !startsWithTitle ? h("h1", {}, data.notebook.title) : null;
  const drawn = begins ? draw(data.drawings, data) : h("p", { class: "empty" }, "This notebook is empty.");
  const sheet = h("article", { class: "sheet prose" }, title, drawn, h("div", { class: "meta" }, author(data.notebook)));
  if (!sheet.querySelector("h1")) sheet.prepend(h("h1", { class: "unseen" }, data.notebook.title || "Notebook"));
  return [sheet];
}

function recordingPage(data) {
  const { recording } = data;
  const fact = (name, value) => (value === null || value === undefined || value === "" ? null : [h("dt", {}, name), h("dd", {}, value)]);
  const facts = [
    fact("Session", h("code", {}, recording.id)),
    fact("Started", recording.start_time && instant(recording.start_time)),
    fact("Lasted", recording.recording_duration && duration(recording.recording_duration)),
    fact("First page", recording.start_url),
    fact("Visitor", recording.distinct_id),
    fact("Source", recording.snapshot_library ?? (recording.start_time ? recording.snapshot_source : null)),
    ...[["Clicks", "click_count"], ["Key presses", "keypress_count"], ["Mouse movements", "mouse_activity_count"], ["Console errors", "console_error_count"]]
      .map(([name, key]) => (recording[key] ? fact(name, number(recording[key])) : null)),
    data.showInspector ? [["Console messages", "console_log_count"], ["Console warnings", "console_warn_count"]]
      .map(([name, key]) => fact(name, recording[key] === null ? null : number(recording[key]))) : null,
  ];
  return [h("article", { class: "sheet" }, h("h1", {}, "Session recording"),
    h("dl", { class: "facts" }, facts),
    h("p", { class: "empty" }, recording.start_time ? "Only metadata of the session is stored here, not its snapshots." : "Nothing has been recorded under this id yet."))];
}

// The password form of a protected share.

function gate(data) {
  const field = h("input", { id: "password", type: "password", autocomplete: "current-password", required: true });
  const button = h("button", { type: "button" }, "Unlock");
  const problem = h("p", { class: "problem", role: "alert" });
  // Embed code usually allows scripts but no forms, so nothing is submitted.
  const submit = async () => {
    button.disabled = true;
    problem.textContent = "";
    problem.textContent = (await unlock(field.value, button)) ?? "";
    button.disabled = false;
    if (problem.textContent) field.select();
  };
  button.addEventListener("click", submit);
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (!button.disabled) submit();
  });
  // In a frame the focus belongs to the page around it, which would scroll to this one.
  if (window === window.top) queueMicrotask(() => field.focus());
  return h("div", { class: "gate" }, data.whitelabel ? null : h("span", { class: "logo", "aria-hidden": "true" }),
    h("h1", {}, "Access share"),
    h("form", {},
      h("input", { type: "text", autocomplete: "username", value: location.pathname, hidden: true, "aria-hidden": "true" }),
      h("label", { for: "password" }, "Password"), field, button, problem),
    h("p", { class: "muted" }, "Don't have a password? Ask the person who shared this with you!"));
}

/** Shows the share if `password` is correct, else returns the problem. The session stays in the page, because a frame on
 *  another site may not get the cookie. */
async function unlock(password, button) {
  const address = location.pathname + location.search;
  try {
    const answer = await fetch(address, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ password }) });
    const reply = await answer.json();
    if (answer.status === 429) return "Too many attempts. Try again in a minute.";
    if (!answer.ok) return reply.error ?? reply.detail ?? "The password could not be checked.";
    button.textContent = "Access granted!";
    const opened = await fetch(address, { headers: { Authorization: `Bearer ${reply.shareToken}`, Accept: "application/json" } });
    const data = await opened.json();
    if (!opened.ok) return data.detail ?? "The share could not be opened.";
    document.body.className = data.rootClassName ?? `export-type-${data.type}`;
    const name = data.insight ? nameOf(data.insight) : data.dashboard ? data.dashboard.name || "Dashboard" : data.notebook ? data.notebook.title || "Notebook" : "Recording";
    document.title = data.whitelabel ? name : `${name} • hoglet`;
    start(data);
    return null;
  } catch {
    button.textContent = "Unlock";
    return "The server did not respond. Try again.";
  }
}

// Reports the size of this page to the page that embeds it.

let reported = "";

function report() {
  const box = document.documentElement.getBoundingClientRect();
  const size = { event: "posthog:dimensions", name: window.name, height: Math.ceil(box.height), width: Math.ceil(box.width) };
  const now = JSON.stringify(size);
  if (now !== reported && window.parent) window.parent.postMessage(size, "*");
  reported = now;
}

new ResizeObserver(report).observe(document.documentElement);
start(JSON.parse(document.getElementById("posthog-exported-data").textContent));
