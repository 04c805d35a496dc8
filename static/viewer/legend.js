// The colours of series, and the legend that names them.
import { h } from "./dom.js";
import { clip } from "./format.js";

const PALETTE = 24; // colours `--s0` … in the style sheet

export const PALE = "80"; // opacity of what belongs to the period before
export const SHADE = "1f"; // and of the area below a line

/** The value of the style sheet's `--name`. */
export const ink = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/** Gives `element` the colour of a series: that of the author, `tint`, or else that of its place among all, `hue`. A tint is a place
 *  too, or a colour of the form `#rrggbb`. */
export function coloured(element, { hue, tint = hue }) {
  if (typeof tint === "string") element.style.setProperty("--c", tint); // allowed by the policy, unlike an attribute
  else element.classList.add(`series-${tint % PALETTE}`);
  return element;
}

/** A function that returns the colour of a series now: it changes with the theme. */
export const paint = ({ hue, tint = hue }, strength = "") => () => (typeof tint === "string" ? tint : ink(`s${tint % PALETTE}`)) + strength;

/** The mark of a series: a piece of its line, or a square in its colour. */
export const mark = (one, isLine = false) =>
  coloured(h("i", { class: `dot${isLine ? ` line dash-${Math.floor(one.hue / 8) % 3}` : ""}${one.before ? " before" : ""}`, "aria-hidden": "true" }), one);

/**
 * The names of `series` and `goals`. With several series each is a button that hides and shows it, or all others: `shown` has the
 * places of those that are visible, `changed()` is called when it has others.
 */
export function legend(series, { goals, format, isLine, shown, changed }) {
  const name = (one) => [mark(one, isLine), h("bdi", {}, clip(one.label))];
  const press = (place, isAlone) => {
    if (isAlone) shown.clear();
    if (isAlone || !shown.delete(place)) shown.add(place);
    if (shown.size === 0) series.forEach((_, index) => shown.add(index));
    buttons.forEach((button, index) => button.setAttribute("aria-pressed", shown.has(index)));
    changed();
  };
  const buttons = series.length < 2 ? [] : series.map((one, place) => h("button", {
    type: "button", "aria-pressed": String(shown.has(place)), title: "Click: hide or show. Double click, or with Shift: only this one.",
    onclick: (event) => press(place, event.shiftKey || event.detail > 1),
  }, name(one)));
  return h("ul", { class: "legend" }, (buttons.length ? buttons : series.map(name)).map((one) => h("li", {}, one)),
    goals.map(({ label, value }) => h("li", {}, h("i", { class: "dot goal", "aria-hidden": "true" }), h("bdi", {}, `Goal: ${clip(label)}, ${format.value(value)}`))));
}
