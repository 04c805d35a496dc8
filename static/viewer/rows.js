// Horizontal bars, one per row.
import { h, number, svg } from "./dom.js";
import { clip } from "./format.js";
import { coloured } from "./legend.js";

/** Bars of `[{ label, value, text, note, hue, tint, before }]`. Those of negative values end where the others start. */
export function rows(items, { label = "Bar chart", sameColour = false } = {}) {
  const ends = (side) => items.reduce((end, item) => side(end, item.value), 0);
  const lowest = ends(Math.min);
  const whole = ends(Math.max) - lowest || 1;
  const place = (value) => (100 * (value - lowest)) / whole;
  return h("ol", { class: "rows", "aria-label": label }, items.map((item, index) =>
    h("li", {},
      h("div", { class: "row-head" }, h("bdi", {}, clip(item.label)), h("b", {}, item.text ?? number(item.value))),
      svg("svg", { class: "row-bar", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
        svg("rect", { class: "track", width: 100, height: 10, rx: 1 }),
        coloured(svg("rect", { class: `bar${item.before ? " before" : ""}`, x: place(Math.min(0, item.value)), width: item.value ? Math.max(0.4, (100 * Math.abs(item.value)) / whole) : 0, height: 10, rx: 1 }),
          { hue: sameColour ? 0 : item.hue ?? index, tint: item.tint })),
      item.note ? h("small", {}, item.note) : null)));
}
