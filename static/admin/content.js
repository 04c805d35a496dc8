// Notebooks, insights and dashboards: find, create, change, share and delete them.

import { api } from "./api.js";
import { attempt, button, empty, foot, h, notice, pager, table, when } from "./dom.js";
import { addressed, arrows, filterBar, opener, searchBox } from "./filters.js";
import { editDashboard } from "./content-dashboard.js";
import { editInsight } from "./content-insight.js";
import { editNotebook } from "./content-notebook.js";
import { onChange } from "./live.js";
import { create } from "./share-create.js";
import { keyOf, KINDS, sharing } from "./share-things.js";

const LIMIT = 50;
/** The kinds that can be created, with the words for one and many. */
const PARTS = {
  notebook: ["notebook", "Notebooks", editNotebook, "Text with charts in it, written in Markdown."],
  insight: ["insight", "Insights", editInsight, "A chart or a table. Paste numbers from a spreadsheet, or give a query and its result as JSON."],
  dashboard: ["dashboard", "Dashboards", editDashboard, "Several insights on one page."],
};

const kindOf = (parameters) => (PARTS[parameters.get("kind")] ? parameters.get("kind") : "notebook");

const offsetOf = (parameters) => Number(parameters.get("offset")) || 0;

/** The request for the list that `parameters` ask for. */
function pathOf(base, kind, parameters) {
  const query = { basic: true, limit: LIMIT, offset: offsetOf(parameters), search: parameters.get("search") ?? "", ...(kind === "insight" ? { order: "-last_modified_at" } : {}) };
  return `${base}/${KINDS[kind].path}/?${new URLSearchParams(query)}`;
}

/** The first requests of this section. */
export const firstOfContent = (base, parameters) => [pathOf(base, kindOf(parameters), parameters)];

export async function content(scene) {
  const kind = kindOf(scene.parameters);
  const [word, title, edit, about] = PARTS[kind];
  const { path, id, title: name } = KINDS[kind];
  const list = `${scene.base}/${path}/`;
  const body = h("div", {});
  const search = searchBox("Name");
  const nameOf = (it) => name(it) || `Unnamed ${word}`;
  const add = () => button(`New ${word}…`, () => place.set({ edit: "new" }), { class: "main" });

  const remove = (it) => attempt(async () => {
    const put = (deleted) => api("PATCH", `${list}${id(it)}/`, { deleted });
    await put(true);
    await load();
    notice(`“${nameOf(it)}” is deleted. Its share is closed.`, false, () => attempt(async () => {
      await put(false);
      await load();
    }));
  });
  const share = (it) => attempt(async () => {
    const thing = { parent: kind, parent_id: String(id(it)), name: nameOf(it) };
    const now = await api("GET", sharing(scene.base, thing));
    const made = now.enabled ? { settings: true } : await create(scene, { ...thing, password_required: now.password_required }, scene.stay);
    if (made?.settings) location.hash = `#/projects/${scene.project.id}/shares?share=${keyOf(thing)}`;
  });
  const row = (it) => [
    h("a", { href: place.href({ edit: String(id(it)) }), class: "name" }, nameOf(it)),
    when(it.last_modified_at ?? it.created_at, "unknown"), it.created_by?.first_name || it.created_by?.email || "",
    h("div", { class: "row" },
      button("Change…", () => place.set({ edit: String(id(it)) }), { "aria-label": `Change ${nameOf(it)}` }),
      button("Share…", () => share(it), { "aria-label": `Share ${nameOf(it)}` }),
      button("Delete", () => remove(it), { class: "danger", "aria-label": `Delete ${nameOf(it)}` })),
  ];
  let running = null;
  const draw = async () => {
    running?.abort();
    const { signal } = running = new AbortController();
    const offset = offsetOf(place);
    const page = await api("GET", pathOf(scene.base, kind, place), undefined, signal);
    head.replaceChildren(h("h1", {}, "Content"), page.results.length || place.get("search") ? add() : "");
    body.replaceChildren(
      page.results.length ? table(title, ["Name", kind === "dashboard" ? "Created" : "Changed", "By", "Actions"], page.results.map(row))
        : place.get("search") ? empty("Nothing fits", `No ${word} has this in its name.`) : empty(`No ${title.toLowerCase()} yet`, about, add()),
      foot(pager(page.count, offset, LIMIT, (to) => place.set({ offset: to || null })), () => pathOf(scene.base, kind, place)));
  };
  /** Draws the list anew; also ends well if a later call does that. */
  const load = () => draw().catch((error) => { if (error.name !== "AbortError") throw error; });
  const follow = async () => {
    await attempt(load);
    openEditor();
  };
  const place = addressed(scene, { search }, follow);
  const openEditor = opener(scene, place, "edit", (wanted, signal) => attempt(async () => {
    const saved = await edit(scene, wanted === "new" ? null : await api("GET", `${list}${encodeURIComponent(wanted)}/`), signal);
    if (!saved) return;
    notice(`“${nameOf(saved)}” is saved.`);
    await load();
  }));
  const byAddress = scene.follow;
  scene.follow = (parameters) => (kindOf(parameters) === kind ? byAddress(parameters) : scene.redraw());
  const head = h("div", { class: "head" });
  scene.view.append(head,
    h("nav", { class: "parts", "aria-label": "Kinds" }, Object.entries(PARTS).map(([key, [, words]]) =>
      h("a", { href: `#/projects/${scene.project.id}/content?kind=${key}`, "aria-current": key === kind ? "page" : null }, words))),
    filterBar([search]), body);
  arrows(body, "a.name", search);
  await load();
  openEditor();
  onChange(scene, ["shares"], () => attempt(load));
}
