// The data of the server: reset, snapshots, and a project per test.

import { api } from "./api.js";
import { ask, attempt, button, confirm, copy, curlOfList, dialog, empty, field, h, notice, table, when } from "./dom.js";
import { codeBox, parse } from "./json.js";

const SNAPSHOTS = "/_lab/snapshots/";
const PROJECTS = "/_lab/projects/";
const SHOWN = 100; // projects
const SHOWN_PROJECTS = `${PROJECTS}?limit=${SHOWN}`;

/** The first requests of this part. */
export const firstOfData = () => [SNAPSHOTS, SHOWN_PROJECTS];

const size = (bytes) => (bytes < 1e6 ? `${Math.ceil(bytes / 1024).toLocaleString()} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`);

/** Runs `task`, which changes all data, after confirmation; then shows what there is now. */
async function replace(scene, [title, text, label], task, done) {
  if (!await confirm(title, text, label, task)) return;
  notice(done);
  await scene.reload();
}

function reset(scene) {
  const words = ["Reset all data?", "The data of all projects becomes what it was when the server started. What came or changed since then is lost. Snapshots stay.", "Reset"];
  const go = () => replace(scene, words, () => api("POST", "/_lab/reset"), "All data is as it was when the server started.");
  return h("section", {}, h("h2", {}, "Reset"),
    h("p", { class: "quiet" }, "Makes all data what it was when the server started, after the seed file. Connections and streams stay open."),
    button("Reset…", go, { class: "danger", "aria-label": "Reset all data" }));
}

async function snapshots(scene) {
  const body = h("div", {});
  const name = h("input", { required: true, maxlength: "64", autocomplete: "off" });
  const path = (one) => SNAPSHOTS + encodeURIComponent(one);
  const actions = (one) => h("div", { class: "row" },
    button("Restore…", () => replace(scene, [`Restore ${one}?`, "The data of all projects becomes what it was in this snapshot. What came or changed since then is lost.", "Restore"],
      () => api("POST", `${path(one)}/restore`), `All data is as in the snapshot ${one}.`), { "aria-label": `Restore ${one}` }),
    button("Delete…", async () => (await confirm(`Delete the snapshot ${one}?`, "It cannot be restored afterwards.", "Delete snapshot", () => api("DELETE", path(one)))) && load(),
      { class: "danger", "aria-label": `Delete snapshot ${one}` }));
  const load = async () => {
    const { results } = await api("GET", SNAPSHOTS);
    body.replaceChildren(results.length
      ? table("Snapshots", ["Name", "Size", "Taken", "Actions"], results.map((one) => [one.name, size(one.size), when(one.created_at), actions(one.name)]))
      : empty("No snapshots", "A snapshot keeps all data of one moment until the server stops."));
  };
  const onsubmit = (event) => {
    event.preventDefault();
    return attempt(async () => {
      await api("POST", path(name.value.trim()));
      notice(`The snapshot ${name.value.trim()} is taken.`);
      name.value = "";
      await load();
    });
  };
  await load();
  return h("section", {}, h("h2", {}, "Snapshots"),
    h("form", { class: "line", onsubmit }, field("Name", { hint: "replaces one of the same name" }, name), h("button", {}, "Take snapshot"),
      curlOfList(() => SNAPSHOTS, { "aria-label": "Copy as curl: snapshots" })), body);
}

/** The names of environment variables that SDKs, tools and tests read. */
const variables = (made) => Object.entries({
  HOGLET_URL: made.url, POSTHOG_HOST: made.url, POSTHOG_API_KEY: made.project_token, POSTHOG_PROJECT_ID: made.project_id,
  POSTHOG_PERSONAL_API_KEY: made.personal_api_key, POSTHOG_SECRET_KEY: made.project_secret_api_key,
}).map(([name, value]) => `${name}=${value}\n`).join("");

/** Shows what a client needs to use the new project; its keys are in this response only. */
function showProject(made) {
  const rows = [["Project ID", String(made.project_id)], ["Project token", made.project_token], ["Personal API key", made.personal_api_key], ["Project secret key", made.project_secret_api_key]];
  return dialog(`The project ${made.name}`, (close) => [
    h("p", {}, "Copy the keys now: they cannot be shown again."),
    rows.map(([label, value]) => field(label, {}, h("input", { class: "secret", readonly: true, value, onfocus: (event) => event.target.select() }))),
    h("div", { class: "buttons" }, button("Copy as environment variables", () => copy(variables(made), "They are")), button("Done", () => close(true), { class: "main" })),
  ]);
}

async function projects(scene) {
  const { count, results } = await api("GET", SHOWN_PROJECTS);
  const add = async () => {
    const name = h("input", { maxlength: "200", autocomplete: "off" });
    const seed = codeBox("", { placeholder: '{"events": [{"event": "order placed", "distinct_id": "robin"}]}' });
    const form = [field("Name", { hint: "may be empty" }, name), field("Seed", { hint: "lists of a seed file, as JSON; may be empty" }, seed)];
    const made = await ask("New project", form, "Create project", () => api("POST", PROJECTS, {
      ...(name.value.trim() ? { name: name.value.trim() } : {}), ...(seed.value.trim() ? { seed: parse(seed.value, "The seed") } : {}),
    }));
    if (!made) return;
    await showProject(made);
    await scene.reload();
  };
  const remove = (one) => replace(scene, [`Delete the project ${one.name}?`, "All that it has is deleted: shares, keys, definitions, events.", "Delete project"],
    () => api("DELETE", `${PROJECTS}${one.project_id}/`), `The project ${one.name} is deleted.`);
  return h("section", {}, h("div", { class: "head" }, h("h2", {}, "Projects"), h("div", { class: "row" }, curlOfList(() => SHOWN_PROJECTS, { "aria-label": "Copy as curl: projects" }), button("New project…", add, { class: "main" }))),
    h("p", { class: "quiet" }, "Each new project has an organization, an owner and keys of its own, so tests that run at the same time do not see each other."),
    table("Projects", ["Name", "ID", "Token", "Actions"], results.map((one) => [
      one.name, String(one.project_id), h("code", {}, one.project_token), button("Delete…", () => remove(one), { class: "danger", "aria-label": `Delete the project ${one.name}` })])),
    count > SHOWN ? h("p", { class: "quiet" }, `The oldest ${SHOWN} of ${count.toLocaleString()}.`) : null);
}

export async function data(scene) {
  scene.view.append(reset(scene), ...await Promise.all([snapshots(scene), projects(scene)]));
}
