// A dialog to pick something to share, by kind and name.

import { all, api } from "./api.js";
import { attempt, button, copy, dialog, h } from "./dom.js";
import { arrows, choice, searchBox } from "./filters.js";
import { KIND_CHOICES, KINDS, keyOf, link, sharing, title } from "./share-things.js";

/** How many objects are shown at once, and how many of a kind are searched. */
const SHOWN = 50;
const MOST = 2000;

/** All objects of `kind`, in the form of shares. */
async function things(base, kind) {
  const { path, id, title: name } = KINDS[kind];
  const items = await all(`${base}/${path}/?basic=true`, MOST);
  return items.filter((it) => !it.deleted).map((it) => ({ parent: kind, parent_id: String(id(it)), name: name(it) }));
}

/** Asks for an object and shares it. Resolves with the key of its share, or null. `shared` are the existing shares. */
export function pick(scene, shared, signal) {
  return dialog("Share something", (close) => {
    const list = h("div", { class: "picks", "aria-live": "polite" }, h("p", { class: "quiet" }, "Loading…"));
    const kind = choice("Kind", KIND_CHOICES);
    const words = searchBox("Name", "");
    const states = new Map(shared.map((share) => [keyOf(share), share.enabled]));
    let found = [];
    const share = (it) => attempt(async () => {
      if (!states.get(keyOf(it))) {
        const made = await api("PATCH", sharing(scene.base, it), { enabled: true });
        await copy(link(made), "It is shared, and the link is");
      }
      close(keyOf(it));
    });
    const row = (it) => button([h("span", {}, title(it)), " ", h("small", {}, KINDS[it.parent].name, states.get(keyOf(it)) ? ", shared already" : "")], () => share(it));
    const draw = () => {
      const wanted = words.value.trim().toLowerCase();
      const fits = found.filter((it) => (!kind.value || it.parent === kind.value) && title(it).toLowerCase().includes(wanted));
      list.replaceChildren(...fits.slice(0, SHOWN).map(row), fits.length === 0
        ? h("p", { class: "quiet" }, wanted ? "Nothing with this name." : "The project has none. Create one with the API first.")
        : fits.length > SHOWN ? h("p", { class: "quiet" }, `and ${fits.length - SHOWN} more: type a part of the name.`) : "");
    };
    attempt(async () => {
      found = (await Promise.all(Object.keys(KINDS).map((one) => things(scene.base, one)))).flat();
      draw();
    });
    words.addEventListener("input", draw);
    kind.addEventListener("change", draw);
    words.addEventListener("keydown", (event) => {
      if (event.key === "Enter") list.querySelector("button")?.click();
    });
    arrows(list, "button", words);
    return [h("p", { class: "quiet" }, "Anyone with the link can open what you pick, at once. You can add a password next."),
      h("div", { class: "filters" }, h("label", {}, "Name", words), h("label", {}, "Kind", kind)), list,
      h("div", { class: "buttons" }, button("Cancel", () => close()))];
  }, { signal });
}
