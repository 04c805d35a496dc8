// Pickers for the scopes of a key.

import { check, h, select } from "./dom.js";
import { ELSEWHERE, HERE, PRESETS } from "./scope-list.js";

/** The scopes that a project secret key can have. */
const OF_PROJECT = [
  ["feature_flag:read", "Read feature flags, as server-side SDKs do for local evaluation."],
  ["endpoint:read", "Run endpoints: stored queries with a URL."],
  ["experiment:read", "Read experiments and their results."],
  ["account:read", "Read customer analytics accounts."],
  ["hog_flow:write", "Start and change workflows."],
  ["loop:write", "Start and change loops."],
  ["transactional_email:read", "Read transactional e-mails and what became of them."],
  ["transactional_email:write", "Send transactional e-mails."],
];

const LEVELS = [["", "Nothing"], ["read", "Read"], ["write", "Read and write"]];

/** A picker for a project secret key: its node and the picked scopes. */
export function projectScopes(picked) {
  const boxes = OF_PROJECT.map(([scope, text]) => check(scope, { value: scope, checked: picked.includes(scope) }, text));
  return {
    node: h("fieldset", {}, h("legend", {}, "Scopes"), boxes),
    scopes: () => boxes.map((box) => box.querySelector("input")).filter((box) => box.checked).map((box) => box.value),
  };
}

/** A row for an object: its description, and the access of the key. */
function levels(objects, onchange) {
  return Object.entries(objects).map(([object, text]) => {
    const level = select(LEVELS, "", { "aria-label": `Scope ${object}`, onchange });
    return { object, level, node: h("div", { class: "scope" }, h("span", {}, object, h("small", {}, text)), level), words: `${object} ${text}`.toLowerCase() };
  });
}

/** A picker for a personal key: presets, and each scope by itself. */
export function personalScopes(picked) {
  const [here, elsewhere] = [HERE, ELSEWHERE].map((objects) => levels(objects, () => tell()));
  const every = [...here, ...elsewhere];
  const chosen = () => (preset.value === "everything" ? ["*"] : every.filter((it) => it.level.value).map((it) => `${it.object}:${it.level.value}`));
  const tell = () => {
    single.hidden = preset.value === "everything";
    const scopes = chosen();
    summary.textContent = preset.value === "everything" ? "All scopes." : scopes.length ? `Picked: ${scopes.join(", ")}` : "Nothing is picked yet.";
  };
  const put = (scopes) => {
    for (const { object, level } of every) level.value = scopes.includes(`${object}:write`) ? "write" : scopes.includes(`${object}:read`) ? "read" : "";
    tell();
  };
  const search = h("input", { type: "search", "aria-label": "Search scopes", placeholder: "Search scopes", autocomplete: "off", oninput: () => {
    for (const { node, words } of every) node.hidden = !words.includes(search.value.trim().toLowerCase());
  } });
  const summary = h("p", { class: "quiet picked", role: "status" });
  const single = h("div", {}, search, h("div", { class: "scopes", tabindex: "0", role: "group", "aria-label": "Individual scopes" },
    h("strong", {}, "On this server"), here.map((it) => it.node), h("strong", {}, "On the hosted service only"), elsewhere.map((it) => it.node)));
  const preset = select(Object.entries(PRESETS).map(([key, [text]]) => [key, text]), picked.includes("*") ? "everything" : "nothing",
    { "aria-label": "Allowed actions", onchange: () => put(PRESETS[preset.value][1]) });
  put(picked);
  return { node: h("fieldset", {}, h("legend", {}, "Scopes"), h("label", { class: "field" }, "Allowed actions", preset), single, summary), scopes: chosen };
}
