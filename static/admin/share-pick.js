// A dialog to pick something to share, by kind and name. The server searches, so everything can be found.

import { api } from "./api.js";
import { attempt, button, curlButton, dialog, h } from "./dom.js";
import { arrows, choice, searchBox } from "./filters.js";
import { KIND_CHOICES, KINDS, keyOf, title } from "./share-things.js";

/** How many objects of a kind are shown. */
const SHOWN = 20;
/** How long to wait for more letters before searching, in milliseconds. */
const PAUSE = 150;

function searchPath(base, kind, words) {
  const { path, isListed } = KINDS[kind];
  const query = isListed
    ? new URLSearchParams({ limit: SHOWN, ...(words ? { session_ids: JSON.stringify([words]) } : {}) })
    : new URLSearchParams({ basic: true, limit: SHOWN, search: words });
  return `${base}/${path}/?${query}`;
}

/** The objects of `kind` whose name contains `words`, in the form of shares, and whether there are more. */
export async function find(base, kind, words, signal) {
  const { id, title: name } = KINDS[kind];
  const page = await api("GET", searchPath(base, kind, words), undefined, signal);
  return { more: Boolean(page.next ?? page.has_next), things: page.results.map((it) => ({ parent: kind, parent_id: String(id(it)), name: name(it) })) };
}

/** Asks for an object. Resolves with it in the form of a share, or null. `shared` are the existing shares. */
export function pick(scene, shared, signal) {
  return dialog("Share something", (close) => {
    const list = h("div", { class: "picks", "aria-live": "polite" }, h("p", { class: "quiet" }, "Loading…"));
    const kind = choice("Kind", KIND_CHOICES);
    const words = searchBox("Name", "");
    const states = new Map(shared.map((share) => [keyOf(share), share.enabled]));
    const row = (it) => button([h("span", {}, title(it)), " ", h("small", {}, KINDS[it.parent].name, states.get(keyOf(it)) ? ", shared already" : "")], () => close(it));
    let running = new AbortController();
    const kinds = () => (kind.value ? [kind.value] : Object.keys(KINDS));
    const search = () => attempt(async () => {
      running.abort();
      running = new AbortController();
      const wanted = words.value.trim();
      try {
        const found = await Promise.all(kinds().map((one) => find(scene.base, one, wanted, running.signal)));
        const things = found.flatMap((one) => one.things);
        list.replaceChildren(...things.map(row), things.length === 0
          ? h("p", { class: "quiet" }, wanted ? "Nothing with this name." : "There is nothing to share yet. Create a notebook, an insight or a dashboard first.")
          : found.some((one) => one.more) ? h("p", { class: "quiet" }, "There are more: type a part of the name.") : "");
      } catch (error) {
        if (error.name !== "AbortError") throw error;
      }
    });
    let timer = 0;
    let isDue = false;
    words.addEventListener("input", () => {
      clearTimeout(timer);
      isDue = true;
      timer = setTimeout(() => {
        isDue = false;
        search();
      }, PAUSE);
    });
    kind.addEventListener("change", search);
    words.addEventListener("keydown", async (event) => {
      if (event.key !== "Enter") return;
      clearTimeout(timer);
      if (isDue) await search();
      list.querySelector("button")?.click();
    });
    arrows(list, "button", words);
    search();
    return [h("p", { class: "quiet" }, "Nothing is public before the next step."),
      h("div", { class: "filters" }, h("label", {}, "Name", words), h("label", {}, "Kind", kind)), list,
      h("div", { class: "buttons" },
        curlButton(() => ({ requests: kinds().map((one) => ({ method: "GET", path: searchPath(scene.base, one, words.value.trim()) })) }), { class: "aside" }),
        button("Cancel", () => close()))];
  }, { signal });
}
