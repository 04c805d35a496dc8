// The first steps in a project, and which of them are done.

import { api } from "./api.js";
import { h } from "./dom.js";

/** The steps: what to do, where, and whether it is done. */
async function steps({ base, project }) {
  const count = async (path) => (await api("GET", `${base}/${path}/?limit=1`)).count;
  const [events, projectKeys, ownKeys] = await Promise.all([count("event_definitions"), count("project_secret_api_keys"), api("GET", "/api/personal_api_keys/")]);
  const to = (section) => `#/projects/${project.id}/${section}`;
  return [
    ["Send an event", "with code for curl, Python, Node or a browser", to("project"), events > 0],
    ["Share something", "with everyone who has the link, or also a password", to("shares?new=1"), false],
    ["Make a key", "for a server or a script that uses the API", to("keys"), projectKeys > 0 || ownKeys.length > 1],
  ];
}

/** A list of the first steps, for a project in which nothing is shared. */
export async function checklist(scene) {
  const list = await steps(scene);
  return h("section", { class: "checklist" }, h("h2", {}, "First steps"), h("ol", {}, list.map(([what, how, href, isDone]) =>
    h("li", { class: isDone ? "done" : null }, h("span", { class: "mark", "aria-hidden": "true" }, isDone ? "✓" : ""),
      h("span", {}, h("a", { href }, what), isDone ? h("span", { class: "quiet" }, " (done)") : null, h("small", {}, ` ${how}`))))));
}
