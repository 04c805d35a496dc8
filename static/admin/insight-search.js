// A search for insights of the project, to put one somewhere.

import { api } from "./api.js";
import { attempt, button, h } from "./dom.js";
import { arrows, searchBox } from "./filters.js";

/** How many insights a search shows, and how long it waits for more letters, in milliseconds. */
const SHOWN = 6;
const PAUSE = 150;

export const nameOf = (insight) => insight.name || insight.derived_name || "Unnamed insight";

/** The search, called `label`. `put(insight)` is called with each that is picked. */
export function insightSearch(scene, label, put, signal) {
  const found = h("div", { class: "picks small", "aria-live": "polite" });
  const words = searchBox(label, "Part of its name");
  const search = () => attempt(async () => {
    const query = new URLSearchParams({ basic: true, limit: SHOWN, search: words.value.trim(), order: "-last_modified_at" });
    const { results, next } = await api("GET", `${scene.base}/insights/?${query}`, undefined, signal);
    found.replaceChildren(...results.map((insight) => button(nameOf(insight), () => put(insight), { "aria-label": `Add ${nameOf(insight)}` })),
      results.length === 0 ? h("p", { class: "quiet" }, "No insight has this in its name.") : next ? h("p", { class: "quiet" }, "There are more: type a part of the name.") : "");
  });
  let timer = 0;
  words.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, PAUSE);
  });
  words.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault(); // does not submit the form around it
  });
  arrows(found, "button", words);
  search();
  return h("div", {}, h("div", { class: "filters" }, h("label", {}, label, words)), found);
}
