// Project secret keys and personal keys: create, change, roll, revoke.

import { all, api, firstPage } from "./api.js";
import { ask, button, check, confirm, curlOfList, empty, field, h, showSecret, table, when } from "./dom.js";
import { personalScopes, projectScopes } from "./scopes.js";

const ONCE = "Store it in a safe place. It cannot be shown again: only its hash is stored.";

const PERSONAL = "/api/personal_api_keys/";
const pathOf = (base) => `${base}/project_secret_api_keys/`;

/** From where each key was used last. */
const USES = "/api/key_uses/";

/** The first requests of this section. */
export const firstOfKeys = (base) => [firstPage(pathOf(base)), PERSONAL, firstPage(USES)];

/** The two kinds of keys: their endpoints and dialogs. */
const kinds = (scene) => ({
  project: {
    title: "Project secret keys",
    add: "New project key…",
    path: pathOf(scene.base),
    list: () => all(pathOf(scene.base)),
    about: "For servers and SDKs. A key belongs to the project, not to the user who created it.",
    picker: projectScopes,
    picked: ["feature_flag:read"],
    extra: () => ({ node: null, values: () => ({}) }),
    isForKeys: true,
  },
  personal: {
    title: "Your personal keys",
    add: "New personal key…",
    path: PERSONAL,
    list: () => api("GET", PERSONAL),
    about: "For scripts and tools that act as you, within the scopes of the key.",
    picker: personalScopes,
    picked: [],
    extra: (key) => limits(scene, key),
  },
});

/** The projects that a personal key is limited to. */
function limits({ projects }, key) {
  const limited = key?.scoped_teams ?? [];
  const boxes = projects.map((one) => check(one.name, { value: one.id, checked: limited.includes(one.id) }));
  return {
    node: h("fieldset", {}, h("legend", {}, "Only these projects"), h("small", {}, "Pick none to allow all."), boxes),
    values: () => ({
      scoped_teams: boxes.map((box) => box.querySelector("input")).filter((box) => box.checked).map((box) => Number(box.value)),
      scoped_organizations: key?.scoped_organizations ?? [],
    }),
  };
}

function edit(kind, key, done) {
  const label = h("input", { required: true, maxlength: "40", autocomplete: "off", value: key?.label ?? "" });
  const picker = kind.picker(key?.scopes ?? kind.picked);
  const extra = kind.extra(key);
  const form = [field("Label", { hint: "what the key is for" }, label), picker.node, extra.node];
  const values = () => ({ label: label.value, scopes: picker.scopes(), ...extra.values() });
  if (key) {
    return ask(`Change ${key.label}`, form, "Save", () => api("PATCH", `${kind.path}${key.id}/`, values())).then((did) => did && done());
  }
  return ask(kind.add.replace("…", ""), form, "Create key", () => api("POST", kind.path, values())).then(async (made) => {
    if (!made) return;
    await showSecret(`The key ${made.label}`, made.value, ONCE);
    await done();
  });
}

function actions(kind, key, done) {
  const path = `${kind.path}${key.id}/`;
  const roll = () => confirm(`Roll ${key.label}?`, "The key gets a new secret. The old one stops working at once, so everything that uses it needs the new one.", "Roll key", () => api("POST", `${path}roll/`)).then(async (made) => {
    if (!made) return;
    await showSecret(`The new key ${made.label}`, made.value, ONCE);
    await done();
  });
  const revoke = () => confirm(`Revoke ${key.label}?`, "The key stops working at once. This cannot be undone.", "Revoke key", () => api("DELETE", path)).then((did) => did && done());
  return h("div", { class: "row" },
    button("Change…", () => edit(kind, key, done), { "aria-label": `Change ${key.label}` }),
    button("Roll…", roll, { "aria-label": `Roll ${key.label}` }),
    button("Revoke…", revoke, { class: "danger", "aria-label": `Revoke ${key.label}` }));
}

/** When `key` was used last, and from where if that is known. */
function lastUse(key, use) {
  return [when(use?.used_at ?? key.last_used_at),
    use ? h("div", {}, h("small", {}, `from ${use.address}${use.client ? `, ${use.client}` : ""}`)) : null,
    key.last_rolled_at ? h("div", {}, h("small", {}, "rolled ", when(key.last_rolled_at))) : null];
}

function row(scene, kind, key, use, done) {
  const projects = (key.scoped_teams ?? []).map((id) => scene.projects.find((one) => one.id === id)?.name ?? `project ${id}`);
  return [
    key.label,
    h("code", {}, key.mask_value),
    [key.scopes.map((scope) => h("span", { class: "tag" }, scope === "*" ? "everything" : scope)), projects.length ? h("small", {}, `only ${projects.join(", ")}`) : null],
    [when(key.created_at), key.created_by ? h("div", {}, h("small", {}, `by ${key.created_by.email}`)) : null],
    { cell: lastUse(key, use), class: "use" },
    actions(kind, key, done),
  ];
}

async function block(scene, kind, firstUses) {
  const body = h("div", {});
  const add = () => button(kind.add, () => edit(kind, null, load), { class: "main" });
  const head = h("div", { class: "head" });
  let asked = firstUses;
  const load = async () => {
    const [list, uses] = await Promise.all([kind.list(), asked ?? all(USES)]);
    asked = null; // later they are others
    const used = new Map(uses.map((use) => [use.id, use]));
    head.replaceChildren(h("h2", {}, kind.title), list.length ? add() : "");
    body.replaceChildren(...(list.length
      ? [table(kind.title, ["Label", "Key", "Scopes", "Created", "Last used", "Actions"], list.map((key) => row(scene, kind, key, used.get(key.id), load))), kind.isForKeys ? h("div", { class: "foot" }, h("span", {}), curlOfList(() => firstPage(kind.path), { "aria-label": `Copy as curl: ${kind.title}` })) : ""]
      : [empty("No keys yet", kind.about, add())]));
  };
  await load();
  return h("section", {}, head, h("p", { class: "quiet" }, kind.about), body);
}

export async function keys(scene) {
  const { project, personal } = kinds(scene);
  const uses = all(USES);
  const blocks = await Promise.all([block(scene, project, uses), block(scene, personal, uses)]);
  scene.view.append(h("div", { class: "head" }, h("h1", {}, "Keys")), ...blocks);
}
