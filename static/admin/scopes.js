// What keys may do, in words.

import { check, field, h, select } from "./dom.js";

/** All that a project secret key may have. */
const OF_PROJECT = [
  ["feature_flag:read", "Read feature flags, as server-side SDKs do for local evaluation."],
  ["endpoint:read", "Run endpoints: stored queries with an address."],
  ["experiment:read", "Read experiments and their results."],
  ["account:read", "Read accounts of customer analytics."],
  ["loop:write", "Start and change loops."],
];

/** What personal keys are used for here. */
const OF_PERSON = [
  ["property_definition", "Property definitions: names, types, descriptions, tags."],
  ["sharing_configuration", "Shares: links, their settings and passwords."],
  ["project", "Projects, and the project secret keys in them."],
  ["insight", "Insights."],
  ["dashboard", "Dashboards and their tiles."],
  ["notebook", "Notebooks."],
  ["session_recording", "Session recordings."],
  ["event_definition", "Event definitions."],
  ["activity_log", "Who did what. There is nothing to write."],
  ["organization", "Organizations. There is nothing to write."],
  ["user", "The user behind the key. There is nothing to write."],
];

/** A picker for a project secret key: the node, and what is picked. */
export function projectScopes(picked) {
  const boxes = OF_PROJECT.map(([scope, text]) => check(scope, { value: scope, checked: picked.includes(scope) }, text));
  return {
    node: h("fieldset", {}, h("legend", {}, "Scopes"), boxes),
    scopes: () => boxes.map((box) => box.querySelector("input")).filter((box) => box.checked).map((box) => box.value),
  };
}

/** A picker for a personal key. */
export function personalScopes(picked) {
  const level = (object) => (picked.includes(`${object}:write`) ? "write" : picked.includes(`${object}:read`) ? "read" : "");
  const known = (scope) => OF_PERSON.some(([object]) => scope.startsWith(`${object}:`));
  const choices = OF_PERSON.map(([object, text]) => [object, text, select([["", "Nothing"], ["read", "Read"], ["write", "Read and write"]], level(object), { "aria-label": `Scope ${object}` })]);
  const others = h("input", { autocomplete: "off", value: picked.filter((scope) => scope !== "*" && !known(scope)).join(" ") });
  const single = h("div", {},
    h("div", { class: "scopes" }, choices.flatMap(([object, text, choice]) => [h("span", {}, object, h("small", {}, text)), choice])),
    field("Other scopes", { hint: "such as feature_flag:read, with blanks between them" }, others));
  const everything = check("Everything", { checked: picked.includes("*"), onchange: (event) => { single.hidden = event.target.checked; } }, "All that you may do yourself, now and later.");
  single.hidden = picked.includes("*");
  return {
    node: h("fieldset", {}, h("legend", {}, "Scopes"), everything, single),
    scopes: () => (everything.querySelector("input").checked ? ["*"] : [
      ...choices.filter(([, , choice]) => choice.value).map(([object, , choice]) => `${object}:${choice.value}`),
      ...others.value.split(/[\s,]+/).filter(Boolean),
    ]),
  };
}
