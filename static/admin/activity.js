// What was done in the project, newest first.

import { api } from "./api.js";
import { empty, h, pager, table, when } from "./dom.js";

const LIMIT = 50;
const KINDS = { ProjectSecretAPIKey: "project secret key", PropertyDefinition: "property definition", EventDefinition: "event definition", Insight: "insight", Dashboard: "dashboard", Notebook: "notebook" };

const value = (it) => (it === null || it === undefined || it === "" ? "nothing" : typeof it === "string" ? it : JSON.stringify(it));

function change({ field, before, after, action }) {
  if (!field) return action ?? "";
  return `${field.replaceAll("_", " ")}: ${value(before)} → ${value(after)}`;
}

function row(entry) {
  const changes = (entry.detail?.changes ?? []).map(change).filter(Boolean);
  const who = entry.user ? entry.user.first_name || entry.user.email : "The server";
  const name = entry.detail?.name ?? entry.item_id ?? "";
  return [who, `${entry.activity} ${KINDS[entry.scope] ?? entry.scope}`, name, changes.map((text) => h("div", {}, text)), when(entry.created_at)];
}

export async function activity({ base, view }) {
  const body = h("div", {});
  const load = async (offset) => {
    const page = await api("GET", `${base}/activity_log/?limit=${LIMIT}&offset=${offset}`);
    body.replaceChildren(...(page.count === 0
      ? [empty("Nothing was done yet", "Changes of keys, shares, definitions and all else that can be changed are written down here.")]
      : [table("Activity", ["Who", "What", "Thing", "Changes", "When"], page.results.map(row)), pager(page.count, offset, LIMIT, load)]));
  };
  view.append(h("div", { class: "head" }, h("h1", {}, "Activity")), body);
  await load(0);
}
