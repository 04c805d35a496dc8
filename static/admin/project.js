// The project: its name and token, code to send a first event, its members, the paths that clients requested and hoglet lacks, and
// backups.

import { all, api, firstPage } from "./api.js";
import { BACKUPS, backups } from "./backups.js";
import { ask, attempt, button, copy, curlOfList, field, h, notice, table, when } from "./dom.js";

const snippets = (origin, token) => [
  ["curl", `curl -H 'Content-Type: application/json' ${origin}/i/v0/e/ -d '{
  "api_key": "${token}",
  "event": "signed up",
  "distinct_id": "visitor-1",
  "properties": {"plan": "free"}
}'`],
  ["Python", `# pip install posthog
from posthog import Posthog

posthog = Posthog("${token}", host="${origin}")
posthog.capture("signed up", distinct_id="visitor-1", properties={"plan": "free"})
posthog.shutdown()`],
  ["Node", `// npm install posthog-node
import { PostHog } from "posthog-node";

const posthog = new PostHog("${token}", { host: "${origin}" });
posthog.capture({ distinctId: "visitor-1", event: "signed up", properties: { plan: "free" } });
await posthog.shutdown();`],
  ["JavaScript", `// npm install posthog-js
import posthog from "posthog-js";

posthog.init("${token}", { api_host: "${origin}" });
posthog.capture("signed up", { plan: "free" });`],
];

/** The paths that hoglet lacks; nothing if no client asked for one. */
const notServed = (list) => (list.length ? [h("section", {}, h("h2", {}, "Asked for, not served"),
  h("p", { class: "quiet" }, "Clients asked for these paths since the server started, and hoglet does not have them. Parts that may be a key or an id are shown as *."),
  table("Asked for, not served", ["Path", "Times", "Last"], list.map((missed) => [h("code", {}, `${missed.method} ${missed.path}`), String(missed.count), when(missed.last_asked_at)])))]
  : []);

const NOT_SERVED = "/api/not_served/";

/** The first requests of this section. */
export const firstOfProject = () => [NOT_SERVED, BACKUPS];

const LEVELS = { 1: "Member", 8: "Admin", 15: "Owner" };

/** The members of the organization that has the project. */
async function members(own, body) {
  const path = `/api/organizations/${own.organization}/members/`;
  const list = await all(path);
  body.replaceChildren(table("Members", ["Name", "E-mail", "Level", "Since"], list.map(({ user, level, joined_at: joined }) => [
    [user.first_name, user.last_name].filter(Boolean).join(" ") || "No name", user.email, LEVELS[level] ?? String(level), when(joined)])),
  h("div", { class: "foot" }, h("p", { class: "quiet" }, `${list.length.toLocaleString()} in all`), curlOfList(() => firstPage(path), { "aria-label": "Copy as curl: members" })));
}

/** Asks for the name of a project, which `send(name)` stores. */
const named = (title, before, label, send) => {
  const name = h("input", { required: true, maxlength: "200", autocomplete: "off", value: before });
  return ask(title, field("Name", {}, name), label, () => send(name.value.trim()));
};

/** Asks for a new project in the organization of `own`, and goes there. */
export async function newProject(scene) {
  const made = await named("New project", "", "Create project", (name) => api("POST", `/api/organizations/${scene.project.organization}/projects/`, { name }));
  if (!made) return;
  history.pushState(null, "", `#/projects/${made.id}/project`);
  await scene.reload();
  notice(`The project ${made.name} is there. Its token is below.`);
}

export async function renameProject(scene) {
  const { id, name: before } = scene.project;
  const made = await named(`Rename ${before}`, before, "Rename", (name) => api("PATCH", `/api/projects/${id}/`, { name }));
  if (!made) return;
  await scene.reload();
  notice(`${before} is now called ${made.name}.`);
}

export async function project(scene) {
  const { project: own, view } = scene;
  const { origin } = location;
  const people = h("div", {});
  const [missed, kept] = await Promise.all([api("GET", NOT_SERVED), api("GET", BACKUPS)]);
  const fact = (name, text) => [h("dt", {}, name), h("dd", { class: "row" }, h("code", {}, text), button("Copy", () => copy(text, name), { "aria-label": `Copy ${name.toLowerCase()}` }))];
  view.append(
    h("div", { class: "head" }, h("h1", {}, own.name), h("div", { class: "row" },
      button("Rename…", () => renameProject(scene)), button("New project…", () => newProject(scene), { class: "main" }))),
    h("section", {}, h("dl", {}, fact("Address", origin), fact("Project ID", String(own.id)), fact("Project token", own.api_token)),
      h("p", { class: "quiet" }, "The project token is public: it can only send events. To read or change data through the API, create a key under Keys.")),
    h("section", {}, h("h2", {}, "Connect"), snippets(origin, own.api_token).map(([name, text]) => [
      h("div", { class: "head" }, h("h3", {}, name), button("Copy", () => copy(text, `The ${name} lines are`), { "aria-label": `Copy ${name} lines` })),
      h("pre", { tabindex: "0" }, text),
    ])),
    h("section", {}, h("h2", {}, "Members"), h("p", { class: "quiet" }, "Those of the organization that has this project."), people),
    ...notServed(missed.results),
    ...backups(scene, kept));
  attempt(() => members(own, people));
}
