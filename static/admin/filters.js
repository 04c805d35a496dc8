// Search boxes, choices and open dialogs whose state is in the URL, and keyboard navigation in lists.

import { h, select } from "./dom.js";

/** A labelled search box. */
export const searchBox = (label = "Search", placeholder = "Press / to search") => h("input", { type: "search", "aria-label": label, placeholder, autocomplete: "off" });

/** A labelled choice; its first option is the default. */
export const choice = (label, options) => select(options, "", { "aria-label": label });

/**
 * Binds `controls`, keyed by parameter, to the URL of `scene`. Calls `draw` when one changes, by the user or by the back
 * button. `get` and `set` read and write a parameter; `href` returns the URL with some parameters changed.
 */
export function addressed(scene, controls, draw) {
  let values = new URLSearchParams(scene.parameters);
  let timer = 0;
  const show = () => Object.entries(controls).forEach(([name, control]) => { control.value = values.get(name) ?? ""; });
  const changed = (change) => {
    const next = new URLSearchParams(values);
    for (const [name, value] of Object.entries(change)) {
      if (value) next.set(name, value);
      else next.delete(name);
    }
    return next;
  };
  const set = (change, instead) => {
    values = changed(change);
    scene.remember(values, instead);
    show();
    return draw();
  };
  for (const [name, control] of Object.entries(controls)) {
    const isText = control.type === "search";
    control.addEventListener("input", () => {
      clearTimeout(timer);
      // Typing replaces the history entry: the back button does not undo single letters.
      // All of them: another one may have been changed a moment before.
      const chosen = () => Object.fromEntries(Object.entries(controls).map(([key, one]) => [key, one.value.trimStart()]));
      timer = setTimeout(() => set({ ...chosen(), offset: null }, isText), isText ? 120 : 0);
    });
    if (isText) {
      control.addEventListener("keydown", (event) => {
        if (event.key === "Escape" && control.value) set({ [name]: null, offset: null }, true);
      });
    }
  }
  scene.follow = (parameters) => {
    values = new URLSearchParams(parameters);
    show();
    return draw();
  };
  show();
  const href = (change) => `#/projects/${scene.project.id}/${scene.section}?${changed(change)}`;
  return { get: (name) => values.get(name) ?? "", set, href };
}

/** The bar that holds `controls`, each below its label. */
export const filterBar = (controls, ...more) => h("div", { class: "filters", role: "search" },
  controls.map((control) => h("label", {}, control.getAttribute("aria-label"), control)), more);

/**
 * Opens what the parameter `name` says: `open(value, signal)` shows it until the user closes it or `signal` aborts, which
 * happens when the URL changes. Returns a function to call whenever the URL may have changed.
 */
export function opener(scene, place, name, open) {
  let shown = "";
  let leave = new AbortController();
  return async () => {
    const wanted = place.get(name);
    if (wanted === shown) return;
    leave.abort();
    shown = wanted;
    if (!wanted) return;
    const mine = leave = new AbortController();
    scene.stay.addEventListener("abort", () => mine.abort());
    await open(wanted, mine.signal);
    if (mine.signal.aborted) return;
    shown = "";
    await place.set({ [name]: null }, true);
  };
}

/** Moves the focus with the arrow keys among the elements that match `selector` in `list`, and to and from `search`. */
export function arrows(list, selector, search) {
  const step = (event) => {
    if (!["ArrowDown", "ArrowUp"].includes(event.key) || event.altKey) return;
    const stops = [...list.querySelectorAll(selector)];
    const at = stops.indexOf(event.target.closest(selector));
    if (at < 0 && event.target !== search) return;
    const next = stops[at + (event.key === "ArrowDown" ? 1 : -1)] ?? (event.key === "ArrowUp" && at === 0 ? search : null);
    if (!next) return;
    event.preventDefault();
    next.focus();
  };
  list.addEventListener("keydown", step);
  search?.addEventListener("keydown", step);
}
