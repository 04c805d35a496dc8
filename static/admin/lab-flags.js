// Feature flags of the project: on or off, their rules, and values for single people.

import { all, api, firstPage } from "./api.js";
import { ask, attempt, button, confirm, curlOfList, empty, field, h, table } from "./dom.js";
import { codeBox, parse, pretty } from "./json.js";

const words = (value) => (value === true ? "on" : value === false ? "off" : `“${value}”`);

/** The value as it was typed: on, off, or the name of a variant. */
function readValue(text) {
  const value = text.trim();
  return { on: true, true: true, off: false, false: false }[value.toLowerCase()] ?? value;
}

const valueBox = (value = "on") => h("input", { required: true, autocomplete: "off", value });
const VALUE_HINT = "on, off, or the name of a variant";

/** What a flag does when it is on, in a few words. */
function rules({ groups = [], multivariate }) {
  const variants = multivariate?.variants ?? [];
  const isEveryone = groups.length === 1 && !groups[0].properties?.length;
  const rollout = groups[0]?.rollout_percentage ?? 100;
  const who = groups.length === 0 ? "No conditions" : !isEveryone ? `${groups.length} ${groups.length === 1 ? "condition" : "conditions"}` : rollout === 100 ? "Everyone" : `${rollout} % of people`;
  const split = variants.length ? h("div", {}, h("small", {}, variants.map((one) => `${one.key} ${one.rollout_percentage} %`).join(", "))) : null;
  return [who, split];
}

/** The path of the flags of a project, or of the flag `key`. */
const pathOf = (project, key) => `/_lab/flags${key ? `/${encodeURIComponent(key)}` : ""}?project=${project}`;

/** The first requests of this part; none where `base` leaves open which project it is. */
export const firstOfFlags = (base) => (base.endsWith("@current") ? [] : [firstPage(pathOf(base.split("/").pop()))]);

export async function flags(scene) {
  const body = h("div", {});
  const path = (key) => pathOf(scene.project.id, key);
  const change = async (task) => (await attempt(task)) && load();
  const add = async () => {
    const key = h("input", { required: true, autocomplete: "off", maxlength: "400" });
    const value = valueBox();
    const form = [field("Key", { hint: "its name in programs" }, key), field("Value for everyone", { hint: VALUE_HINT }, value)];
    const create = () => {
      if (flagsShown.some((one) => one.key === key.value.trim())) throw new Error("There is a flag with this key already.");
      return api("POST", path(key.value.trim()), { value: readValue(value.value) });
    };
    if (await ask("New flag", form, "Create flag", create)) await load();
  };
  const edit = async (flag) => {
    const name = h("input", { autocomplete: "off", value: flag.name });
    const filters = codeBox(pretty(flag.filters), { rows: 14, required: true });
    const form = [field("Description", {}, name), field("Filters", { hint: "release conditions, variants and payloads, as JSON" }, filters)];
    const save = () => api("PATCH", path(flag.key), { name: name.value, filters: parse(filters.value, "The text") });
    if (await ask(`Change ${flag.key}`, form, "Save", save)) await load();
  };
  const override = async (flag) => {
    const person = h("input", { required: true, autocomplete: "off" });
    const value = valueBox();
    const form = [h("p", { class: "quiet" }, "For this person hoglet gives the flag this value, whatever its rules say. SDKs that evaluate flags themselves do not know it."),
      field("Distinct ID", {}, person), field("Value", { hint: VALUE_HINT }, value)];
    const save = () => api("PATCH", path(flag.key), { overrides: { ...flag.overrides, [person.value.trim()]: readValue(value.value) } });
    if (await ask(`A value of ${flag.key} for one person`, form, "Set value", save)) await load();
  };
  const without = (flag, person) => {
    const { [person]: _, ...rest } = flag.overrides;
    return change(() => api("PATCH", path(flag.key), { overrides: rest }));
  };
  const overrides = (flag) => Object.entries(flag.overrides).map(([person, value]) =>
    h("div", { class: "row override" }, h("span", {}, h("code", {}, person), ` ${words(value)}`), button("Remove", () => without(flag, person), { "aria-label": `Remove the value of ${flag.key} for ${person}` })));
  const remove = async (flag) => (await confirm(`Delete the flag ${flag.key}?`, "SDKs then get no value for it.", "Delete flag", () => api("DELETE", path(flag.key)))) && load();
  const row = (flag) => [
    [flag.key, flag.name ? h("div", {}, h("small", {}, flag.name)) : null],
    button(flag.active ? "On" : "Off", () => change(() => api("PATCH", path(flag.key), { active: !flag.active })), { role: "switch", "aria-checked": String(flag.active), "aria-label": `Flag ${flag.key}` }),
    rules(flag.filters), overrides(flag),
    h("div", { class: "row" },
      button("For one person…", () => override(flag), { "aria-label": `Set ${flag.key} for one person` }),
      button("Change…", () => edit(flag), { "aria-label": `Change ${flag.key}` }),
      button("Delete…", () => remove(flag), { class: "danger", "aria-label": `Delete the flag ${flag.key}` })),
  ];
  let flagsShown = [];
  const load = async () => {
    flagsShown = await all(path());
    body.replaceChildren(flagsShown.length
      ? table("Feature flags", ["Key", "State", "For", "Single people", "Actions"], flagsShown.map(row))
      : empty("No flags", "SDKs get the value of a flag with their next request."));
  };
  scene.view.append(h("section", {},
    h("div", { class: "head" }, h("h2", {}, "Feature flags"), h("div", { class: "row" }, curlOfList(() => path()), button("New flag…", add, { class: "main" }))),
    h("p", { class: "quiet" }, `The flags of the project ${scene.project.name}. `, h("a", { href: "/docs/lab/#flags" }, "How they are evaluated")), body));
  await load();
}
