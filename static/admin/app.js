// The frame of the page: the user, the project and the section. The URL has the project, the section and its filters
// (`#/projects/1/properties?search=plan`), so links, reloads and the back button work.

import { activity, firstOfActivity } from "./activity.js";
import { ahead, api, forget, server, settle, SignedOut } from "./api.js";
import { content, firstOfContent } from "./content.js";
import { button, field, h, select } from "./dom.js";
import { events, firstOfEvents } from "./events.js";
import { keepFocus } from "./focus.js";
import { firstOfKeys, keys } from "./keys.js";
import { firstOfLab, lab } from "./lab.js";
import { palette } from "./palette.js";
import { firstOfProject, project } from "./project.js";
import { eventDefinitions, firstOfEventDefinitions, firstOfProperties, properties } from "./properties.js";
import { firstOfShares, shares } from "./shares.js";

/** The sections: the name, what draws it, and the paths that it asks for first. */
const SECTIONS = {
  shares: ["Shares", shares, firstOfShares],
  content: ["Content", content, firstOfContent],
  keys: ["Keys", keys, firstOfKeys],
  properties: ["Property definitions", properties, firstOfProperties],
  event_definitions: ["Event definitions", eventDefinitions, firstOfEventDefinitions],
  events: ["Latest events", events, firstOfEvents],
  activity: ["Activity", activity, firstOfActivity],
  project: ["Project", project, firstOfProject],
  lab: ["Lab", lab, firstOfLab],
};
/** Whether there is a section called `name`; that for lab mode is there only in lab mode. */
const exists = (name) => Boolean(SECTIONS[name]) && (name !== "lab" || server.isLab);
const main = document.getElementById("main");
const place = (id) => document.getElementById(id);

/** Shared by all sections; null while signed out. */
let context = null;
/** The section on display; an earlier one that finishes loading later is discarded. */
let scene = null;
/** Aborted when the user leaves the section. */
let stay = new AbortController();

/** Shows `nodes` and ends the busy state. */
function fill(...nodes) {
  main.removeAttribute("aria-busy");
  main.replaceChildren(...nodes);
}

const THEMES = [["", "System"], ["light", "Light"], ["dark", "Dark"]];

/** The theme that was chosen here or on a page of the documentation; empty for that of the system. */
const theme = () => localStorage.getItem("theme") ?? "";

/** Shows the page in the chosen theme. */
function showTheme() {
  if (theme()) document.documentElement.dataset.theme = theme();
  else delete document.documentElement.dataset.theme;
  for (const choice of document.querySelectorAll("select[aria-label=Theme]")) choice.value = theme();
}

const themes = () => select(THEMES, theme(), { "aria-label": "Theme", title: "Light or dark", onchange: ({ target }) => chooseTheme(target.value) });

/** Chooses a theme, also for the next visit. */
function chooseTheme(chosen) {
  localStorage.setItem("theme", chosen);
  showTheme();
}

/** Opens the command palette. */
function goTo() {
  if (!scene || document.querySelector("dialog[open]")) return;
  const sections = Object.keys(SECTIONS).filter(exists).map((key) => [key, SECTIONS[key][0]]);
  palette(scene, { sections, themes: THEMES, setTheme: chooseTheme, signOut });
}

function signIn(message) {
  context = scene = null;
  stay.abort();
  forget();
  for (const id of ["switcher", "sections"]) place(id).replaceChildren();
  place("tools").replaceChildren(themes());
  document.title = "Sign in · hoglet";
  const secret = h("input", { type: "password", required: true, autocomplete: "current-password", maxlength: "1000" });
  const fault = h("p", { class: "error", role: "alert" }, message ?? "");
  const onsubmit = async (event) => {
    event.preventDefault();
    fault.textContent = "";
    try {
      await api("POST", "/admin/login", { secret: secret.value.trim() });
      await start();
    } catch (error) {
      fault.textContent = error.message;
      secret.select();
    }
  };
  fill(h("form", { class: "login", onsubmit },
    h("h1", {}, "Sign in"),
    h("p", { class: "quiet" }, "Open the link that the server printed at startup, or enter a personal API key with all scopes. The admin password works too, if the server has one."),
    field("Personal API key or password", {}, secret),
    fault,
    h("div", { class: "buttons" }, h("button", { class: "main" }, "Sign in"))));
  secret.focus();
}

async function signOut() {
  await api("POST", "/admin/logout").catch(() => {});
  history.replaceState(null, "", "/admin/");
  signIn();
}

/** The parts of the URL: the id of the project, the name of the section, and parameters. Links have no id until the projects are known. */
function parts() {
  const [, id, section, query] = location.hash.match(/^#\/projects\/(\d*)\/(\w+)(?:\?(.*))?$/) ?? [];
  return { id, section, parameters: new URLSearchParams(query) };
}

/** The project, section and parameters of the URL. */
function address() {
  const { id, section, parameters } = parts();
  const known = context.projects.find((one) => String(one.id) === id);
  return {
    known: known ?? context.projects.find((one) => one.id === context.user.team?.id) ?? context.projects[0],
    section: exists(section) ? section : "shares",
    parameters,
    exact: known && exists(section),
  };
}

/** Writes `parameters` to the URL, as a new history entry or, with `instead`, replacing the current one. */
function remember(parameters, instead) {
  const query = String(parameters);
  const hash = location.hash.replace(/\?.*/, "") + (query && `?${query}`);
  if (hash !== location.hash) history[instead ? "replaceState" : "pushState"](null, "", hash);
}

function frame(current, section) {
  const choose = select(context.projects.map((one) => [one.id, one.name]), current.id, { "aria-label": "Project", onchange: (event) => { location.hash = `#/projects/${event.target.value}/${section}`; } });
  place("switcher").replaceChildren(choose);
  drawSections(current.id, section);
  place("tools").replaceChildren(button("Go to…", goTo, { title: "Ctrl K", "aria-keyshortcuts": "Control+K Meta+K" }), themes(), button("Sign out", signOut, { title: context.user.email }));
}

/** The frame before the first response: navigation and heading of the section in the URL, without content. The section's data is asked
 *  for together with the user and the projects. */
function sketch() {
  const { id, section, parameters } = parts();
  const known = SECTIONS[section] ? section : "shares";
  const [name, , firstOf] = SECTIONS[known];
  drawSections(id ?? "", known);
  main.prepend(h("h1", {}, name));
  firstOf(`/api/projects/${id || "@current"}`, parameters).forEach(ahead);
}

function drawSections(id, section) {
  const row = place("sections");
  row.replaceChildren(...Object.keys(SECTIONS).filter(exists).map((key) =>
    h("a", { href: `#/projects/${id}/${key}`, "aria-current": key === section ? "page" : null }, SECTIONS[key][0])));
  // On a phone the row is longer than the page is wide. The lab is in it once the server has said that there is one.
  const current = row.querySelector("[aria-current]");
  if (current) row.scrollLeft = current.offsetLeft - (row.clientWidth - current.offsetWidth) / 2;
}

/** Shows what the URL names. If only the parameters changed and the section can follow them, it updates itself. */
async function follow() {
  if (!context) return;
  const { known, section, parameters, exact } = address();
  if (exact && scene?.follow && scene.project === known && scene.section === section) scene.follow(parameters);
  else await show();
}

async function show() {
  if (!context) return;
  if (context.projects.length === 0) {
    fill(h("h1", {}, "No project"), h("p", {}, "You are not a member of any project. Create one with the command hoglet projects create, then reload this page."));
    return;
  }
  const { known, section, parameters, exact } = address();
  settle(known.id);
  if (!exact) history.replaceState(null, "", `#/projects/${known.id}/${section}`);
  stay.abort();
  stay = new AbortController();
  frame(known, section);
  const [name, draw] = SECTIONS[section];
  document.title = `${name} · ${known.name} · hoglet`;
  const view = h("div", {});
  main.setAttribute("aria-busy", "true");
  // A section that sets `follow` is called with new parameters; `stay` is aborted when the user leaves the section. `reload`
  // also asks anew for the user and the projects.
  const mine = scene = { ...context, project: known, section, base: `/api/projects/${known.id}`, view, redraw: show, reload: start, parameters, remember, follow: null, stay: stay.signal };
  try {
    await draw(mine);
    if (mine === scene) fill(view);
  } catch (error) {
    if (mine !== scene) return;
    scene = null;
    if (error instanceof SignedOut) return signIn(error.message);
    fill(h("h1", {}, name), h("p", { class: "error", role: "alert" }, error.message), button("Try again", show));
  } finally {
    forget();
  }
}

async function start() {
  const [user, projects] = await Promise.all([api("GET", "/api/users/@me/"), api("GET", "/api/projects/?limit=1000")]);
  context = { user, projects: projects.results };
  await show();
}

/** Starts with the current session, if there is one. If the server does not respond, offers to try again. */
async function begin() {
  try {
    await start();
  } catch (error) {
    if (error instanceof SignedOut) signIn();
    else fill(h("p", { class: "error", role: "alert" }, error.message), button("Try again", begin));
  }
}

addEventListener("hashchange", follow);
addEventListener("storage", showTheme); // chosen in another tab
addEventListener("pageshow", showTheme); // chosen on another page, from which the back button leads here
addEventListener("unhandledrejection", (event) => {
  if (!(event.reason instanceof SignedOut)) return;
  event.preventDefault();
  signIn(event.reason.message);
});
addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && context) {
    event.preventDefault();
    return goTo();
  }
  const search = document.querySelector("main input[type=search]");
  if (event.key !== "/" || !search || event.target.closest("input, textarea, select, dialog")) return;
  event.preventDefault();
  search.focus();
});

keepFocus();
showTheme();
if (/posthog_csrftoken=/.test(document.cookie)) {
  sketch();
  begin();
} else {
  signIn(location.hash === "#/link-used" ? "This link was already used, or is more than 24 hours old. Restart the server to get a new one, or sign in with a key." : "");
}
