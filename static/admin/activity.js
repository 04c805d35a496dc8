// The activity of the project as sentences, newest first.

import { all, api } from "./api.js";
import { attempt, empty, foot, h, pager, table, when } from "./dom.js";
import { addressed, arrows, choice, filterBar } from "./filters.js";

const LIMIT = 50;
const MOST_DASHBOARDS = 5000; // whose names are read
const KINDS = {
  ProjectSecretAPIKey: "project secret key", PropertyDefinition: "property definition", EventDefinition: "event definition",
  Insight: "insight", Dashboard: "dashboard", Notebook: "notebook", Replay: "recording", Project: "project", Team: "project",
};

/** Choices of kinds: a project's entries are of two. */
const CHOICES = [...new Set(Object.values(KINDS))].map((name) => [
  Object.keys(KINDS).filter((kind) => KINDS[kind] === name).join(), `${name[0].toUpperCase()}${name.slice(1)}s`]);

/** Activities whose name is not a verb: the words before and after the object. */
const PHRASES = {
  "sharing enabled": ["saved the share of", ", which is on"],
  "sharing disabled": ["saved the share of", ", which is off"],
  "access token refreshed": ["gave", " a new link"],
  "share password added": ["added a password to the share of", ""],
  "share password deleted": ["deleted a password of the share of", ""],
  "share end changed": ["changed when the share of", " ends"],
  share_login_success: ["opened", " with a password"],
  share_login_failed: ["tried a wrong password at", ""],
  "exported for opengraph image": ["drew a picture of", " for previews of its link"],
};

const value = (it) => (it === null || it === undefined || it === "" ? "nothing" : it === true ? "yes" : it === false ? "no"
  : Array.isArray(it) ? it.join(", ") || "nothing" : typeof it === "object" ? JSON.stringify(it) : String(it));

/** Dashboards by number, until `nameDashboards` has read their names. */
const dashboards = (ids) => (ids?.length ? ids.map((id, index) => [index ? ", " : "", h("span", { "data-dashboard": id }, `dashboard ${id}`)]) : "nothing");

/** Turns the numbers of dashboards in `body` into names with links. One that was deleted has none. */
async function nameDashboards(scene, body) {
  const places = [...body.querySelectorAll("[data-dashboard]")];
  if (!places.length) return;
  const names = new Map((await all(`${scene.base}/dashboards/`, MOST_DASHBOARDS)).map(({ id, name }) => [String(id), name]));
  for (const place of places) {
    const id = place.dataset.dashboard;
    if (names.has(id)) place.replaceChildren(h("a", { href: `#/projects/${scene.project.id}/content?${new URLSearchParams({ kind: "dashboard", edit: id })}` }, `“${names.get(id) || "without a name"}”`));
  }
}

/** Describes a changed field; null if the sentence already says it. */
function change({ field, before, after, action }) {
  if (!field) return action ?? null;
  if (field === "sharing") return null;
  if (field === "share_password") return (after ?? before)?.note ? `the password “${(after ?? before).note}”` : null;
  if (field === "authentication_attempt") return after?.password_note ? `with the password “${after.password_note}”` : null;
  if (field === "expires_at") return h("span", {}, "from ", when(before), " to ", when(after));
  const name = field.replaceAll("_", " ");
  if (field === "content") return "its content";
  if (field === "dashboards") return h("span", {}, "dashboards: ", dashboards(before), " → ", dashboards(after));
  return `${name}: ${value(before)} → ${value(after)}`;
}

/** Who did it. Visitors open shares; changes of project keys with a personal key are logged without a user. */
function who({ activity, user, is_system: isSystem }) {
  if (activity.startsWith("share_login")) return "A visitor";
  return user ? user.first_name || user.email : isSystem ? "A personal key" : "Someone";
}

/** What can be shared: the kinds of the API. */
const SHARED = { Insight: "insight", Dashboard: "dashboard", Notebook: "notebook", Replay: "session_recording" };

/** The section with the object of an entry, and its parameters; null if the object is gone. */
function placeOf({ scope, activity, item_id: id, detail }) {
  const to = (section, parameters) => `${section}?${new URLSearchParams(parameters)}`;
  const kind = SHARED[scope];
  if (activity === "deleted" || !id) return null;
  if (kind && (PHRASES[activity] || scope === "Replay")) return to("shares", { share: `${kind}:${id}` });
  if (kind) return to("content", { kind, edit: id });
  if (scope === "PropertyDefinition") return to("properties", { type: detail?.type ?? "event", search: detail?.name ?? "" });
  if (scope === "EventDefinition") return to("event_definitions", { search: detail?.name ?? "" });
  return scope === "ProjectSecretAPIKey" ? "keys" : "project";
}

function sentence(entry, project) {
  const changes = entry.detail?.changes ?? [];
  const rolled = entry.scope === "ProjectSecretAPIKey" && changes.some(({ field }) => field === "last_rolled_at");
  const [before, after] = rolled ? ["rolled", ""] : PHRASES[entry.activity] ?? [entry.activity, ""];
  const name = `“${entry.detail?.name || entry.item_id || "without a name"}”`;
  const place = placeOf(entry);
  return h("span", { class: "action" }, `${who(entry)} ${before} the ${KINDS[entry.scope] ?? entry.scope} `,
    place ? h("a", { class: "name", href: `#/projects/${project.id}/${place}` }, name) : h("strong", {}, name), `${after}.`);
}

function row(entry, project) {
  const changes = (entry.detail?.changes ?? []).map(change).filter(Boolean);
  return [sentence(entry, project), changes.map((text) => h("div", {}, text)), when(entry.created_at)];
}

const offsetOf = (parameters) => Number(parameters.get("offset")) || 0;

function pathOf(base, parameters) {
  const page = Math.floor(offsetOf(parameters) / LIMIT) + 1;
  return `${base}/activity_log/?${new URLSearchParams({ page, page_size: LIMIT, scopes: parameters.get("scope") ?? "", user: parameters.get("user") ?? "" })}`;
}

/** The first requests of this section. */
export const firstOfActivity = (base, parameters) => [pathOf(base, parameters)];

export async function activity(scene) {
  const body = h("div", {});
  const controls = {
    scope: choice("Of", [["", "Everything"], ...CHOICES]),
    user: choice("By", [["", "Anyone"], [scene.user.uuid, "Me"]]),
  };
  const load = async () => {
    const offset = offsetOf(place);
    const page = await api("GET", pathOf(scene.base, place));
    const nothing = place.get("scope") || place.get("user")
      ? empty("Nothing fits", "No activity matches these filters.")
      : empty("No activity yet", "Changes of keys, shares, definitions and other objects are listed here.");
    body.replaceChildren(
      page.results.length ? table("Activity", ["What", "Changes", "When"], page.results.map((entry) => row(entry, scene.project))) : nothing,
      foot(pager(page.count, offset, LIMIT, (to) => place.set({ offset: to || null })), () => pathOf(scene.base, place)));
    attempt(() => nameDashboards(scene, body));
  };
  const place = addressed(scene, controls, load);
  scene.view.append(h("div", { class: "head" }, h("h1", {}, "Activity")), filterBar(Object.values(controls)), body);
  arrows(body, "a.name");
  await load();
}
