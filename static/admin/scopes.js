// Pickers that say in words what a key may do.

import { check, h, select } from "./dom.js";
import { ELSEWHERE, HERE, PRESETS } from "./scope-list.js";

/** All that a project secret key may have. */
const OF_PROJECT = [
  ["feature_flag:read", "Read feature flags, as server-side SDKs do for local evaluation."],
  ["endpoint:read", "Run endpoints: stored queries with an address."],
  ["experiment:read", "Read experiments and their results."],
  ["account:read", "Read accounts of customer analytics."],
  ["loop:write", "Start and change loops."],
];

const LEVELS = [["", "Nothing"], ["read", "Read"], ["write", "Read and write"]];

/** A picker for a project secret key: the node, and what is picked. */
export function projectScopes(picked) {
  const boxes = OF_PROJECT.map(([scope, text]) => check(scope, { value: scope, checked: picked.includes(scope) }, text));
  return {
    node: h("fieldset", {}, h("legend", {}, "Scopes"), boxes),
    scopes: () => boxes.map((box) => box.querySelector("input")).filter((box) => box.checked).map((box) => box.value),
  };
}

/** A line for each object: what it is, and how much of it a key may have. */
function levels(objects, onchange) {
  return Object.entries(objects).map(([object, text]) => {
    const level = select(LEVELS, "", { "aria-label": `Scope ${object}`, onchange });
    return { object, level, node: h("div", { class: "scope" }, h("span", {}, object, h("small", {}, text)), level), words: `${object} ${text}`.toLowerCase() };
  });
}

/** A picker for a personal key: a preset to begin with, then every scope by itself. */
export function personalScopes(picked) {
  const [here, elsewhere] = [HERE, ELSEWHERE].map((objects) => levels(objects, () => tell()));
  const every = [...here, ...elsewhere];
  const chosen = () => (preset.value === "everything" ? ["*"] : every.filter((it) => it.level.value).map((it) => `${it.object}:${it.level.value}`));
  const tell = () => {
    single.hidden = preset.value === "everything";
    const scopes = chosen();
    told.textContent = preset.value === "everything" ? "Everything, without limits." : scopes.length ? `Picked: ${scopes.join(", ")}` : "Nothing is picked yet.";
  };
  const put = (scopes) => {
    for (const { object, level } of every) level.value = scopes.includes(`${object}:write`) ? "write" : scopes.includes(`${object}:read`) ? "read" : "";
    tell();
  };
  const search = h("input", { type: "search", "aria-label": "Search scopes", placeholder: "Search scopes", autocomplete: "off", oninput: () => {
    for (const { node, words } of every) node.hidden = !words.includes(search.value.trim().toLowerCase());
  } });
  const told = h("p", { class: "quiet picked", role: "status" });
  const single = h("div", {}, search, h("div", { class: "scopes", tabindex: "0", role: "group", "aria-label": "Scopes one by one" },
    h("strong", {}, "On this server"), here.map((it) => it.node), h("strong", {}, "On the real service only"), elsewhere.map((it) => it.node)));
  const preset = select(Object.entries(PRESETS).map(([key, [text]]) => [key, text]), picked.includes("*") ? "everything" : "nothing",
    { "aria-label": "May do", onchange: () => put(PRESETS[preset.value][1]) });
  put(picked);
  return { node: h("fieldset", {}, h("legend", {}, "Scopes"), h("label", { class: "field" }, "May do", preset), single, told), scopes: chosen };
}
