// Drawings of results, as SVG that follows the width of its place.
import { h, number, svg } from "./dom.js";

const HEIGHT = 280;
const PALETTE = 15; // colours `--series-0` … in the style sheet

/** The class that gives a series its colour. */
export const colour = (index) => `series-${index % PALETTE}`;

/** Redraws `draw(width)` into a box whenever the width changes. */
function responsive(label, draw) {
  const box = h("div", { class: "chart", role: "img", "aria-label": label });
  let last = 0;
  const redraw = () => {
    const width = Math.floor(box.clientWidth);
    if (!width || width === last) return;
    last = width;
    box.replaceChildren(...draw(width));
  };
  new ResizeObserver(redraw).observe(box);
  return box;
}

/** Round steps from zero, or below, to above the largest value. */
function scale(values) {
  const top = Math.max(0, ...values);
  const bottom = Math.min(0, ...values);
  const rough = (top - bottom || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough);
  const first = Math.floor(bottom / step) * step;
  const last = Math.ceil((top || step) / step) * step;
  const count = Math.round((last - first) / step);
  return { first, last, ticks: Array.from({ length: count + 1 }, (_, index) => first + index * step) };
}

const short = (value) => value.toLocaleString(undefined, { notation: Math.abs(value) >= 10000 ? "compact" : "standard", maximumFractionDigits: 2 });

/** Axes for `labels` below and `values` at the left; returns how to place things on them. */
function axes(width, labels, values, unit, banded) {
  const { first, last, ticks } = scale(values);
  const tickTexts = ticks.map((tick) => short(tick) + unit);
  const longest = Math.max(...labels.map((label) => label.length), 1);
  const overhang = banded ? 0 : longest * 3.5; // half a label, which stands below the middle of its place
  const left = Math.max(14 + 7 * Math.max(...tickTexts.map((text) => text.length)), overhang);
  const [right, top, bottom] = [Math.max(12, overhang), 10, 26];
  const inner = { width: Math.max(40, width - left - right), height: HEIGHT - top - bottom };
  const y = (value) => top + inner.height * (1 - (value - first) / (last - first || 1));
  const slot = inner.width / Math.max(1, banded ? labels.length : labels.length - 1);
  const x = (index) => left + slot * (banded ? index + 0.5 : index);
  const every = Math.max(1, Math.ceil((longest * 7 + 18) / slot));
  const grid = ticks.map((tick, index) => [
    svg("line", { class: tick === 0 ? "base" : "grid", x1: left, x2: width - right, y1: y(tick), y2: y(tick) }),
    svg("text", { class: "tick", x: left - 8, y: y(tick) + 4, "text-anchor": "end" }, tickTexts[index]),
  ]);
  const names = labels.map((label, index) => index % every ? null
    : svg("text", { class: "tick", x: x(index), y: HEIGHT - 6, "text-anchor": "middle" }, label));
  return { x, y, slot, top, height: inner.height, left, marks: [...grid, ...names] };
}

/** A box with the values at one place, which follows the pointer and the arrow keys. */
function follow(frame, plot, series, labels, unit, guide) {
  const tip = h("div", { class: "tip", hidden: true });
  const show = (index) => {
    tip.replaceChildren(h("strong", {}, labels[index]), ...series.map((one, place) =>
      h("div", {}, h("i", { class: `dot ${colour(place)}` }), one.label, h("b", {}, number(one.data[index]) + unit))));
    tip.hidden = false;
    const at = plot.x(index);
    guide.setAttribute("x1", at);
    guide.setAttribute("x2", at);
    guide.classList.add("on");
    const room = frame.clientWidth - tip.offsetWidth;
    tip.style.left = `${Math.max(0, Math.min(room, at + (at > frame.clientWidth / 2 ? -tip.offsetWidth - 12 : 12)))}px`;
  };
  const hide = () => {
    tip.hidden = true;
    guide.classList.remove("on");
  };
  frame.addEventListener("pointermove", (event) => {
    const place = event.clientX - frame.getBoundingClientRect().left;
    const nearest = labels.reduce((best, _, index) => (Math.abs(plot.x(index) - place) < Math.abs(plot.x(best) - place) ? index : best), 0);
    show(nearest);
  });
  frame.addEventListener("pointerleave", hide);
  return tip;
}

function framed(width, label, content, plot, series, labels, unit) {
  const guide = svg("line", { class: "guide", y1: plot.top, y2: plot.top + plot.height });
  const frame = h("div", { class: "plot" }, svg("svg", { width, height: HEIGHT, "aria-hidden": "true" }, plot.marks, guide, content));
  frame.append(follow(frame, plot, series, labels, unit, guide));
  return [frame];
}

/** Lines over `labels`; `filled` shades what is below them. */
export function lines(series, labels, { unit = "", filled = false, label = "Line chart" } = {}) {
  return responsive(label, (width) => {
    const plot = axes(width, labels, series.flatMap((one) => one.data), unit, false);
    const content = series.map((one, place) => {
      const points = one.data.map((value, index) => `${plot.x(index).toFixed(1)},${plot.y(value).toFixed(1)}`);
      const floor = plot.y(0);
      const area = filled || series.length === 1;
      return [
        area ? svg("polygon", { class: `area ${colour(place)}`, points: [`${plot.x(0)},${floor}`, ...points, `${plot.x(one.data.length - 1)},${floor}`].join(" ") }) : null,
        svg("polyline", { class: `line ${colour(place)}`, points: points.join(" ") }),
        one.data.length <= 31 ? one.data.map((value, index) => svg("circle", { class: `point ${colour(place)}`, cx: plot.x(index), cy: plot.y(value), r: 3 })) : null,
      ];
    });
    return framed(width, label, content, plot, series, labels, unit);
  });
}

/** Upright bars over `labels`, on top of each other or side by side. */
export function bars(series, labels, { unit = "", stacked = true, label = "Bar chart" } = {}) {
  return responsive(label, (width) => {
    const sums = labels.flatMap((_, index) => {
      const values = series.map((one) => one.data[index] ?? 0);
      const total = (sign) => values.filter((value) => Math.sign(value) === sign).reduce((sum, value) => sum + value, 0);
      return stacked ? [total(1), total(-1)] : values;
    });
    const plot = axes(width, labels, sums, unit, true);
    const room = Math.min(plot.slot * 0.72, stacked ? 64 : 96);
    const content = labels.map((_, index) => {
      const reached = { 1: 0, "-1": 0 };
      return series.map((one, place) => {
        const value = one.data[index] ?? 0;
        const sign = value < 0 ? -1 : 1;
        const start = stacked ? reached[sign] : 0;
        reached[sign] += value;
        const thick = stacked ? room : room / series.length;
        const x = plot.x(index) - room / 2 + (stacked ? 0 : place * thick);
        const [high, low] = [plot.y(Math.max(start, start + value)), plot.y(Math.min(start, start + value))];
        return svg("rect", { class: `bar ${colour(place)}`, x, y: high, width: Math.max(1, thick - (stacked ? 0 : 1)), height: Math.max(0, low - high), rx: stacked && series.length > 1 ? 0 : Math.min(3, thick / 4) });
      });
    });
    return framed(width, label, content, plot, series, labels, unit);
  });
}

/** Lying bars, one a row: `[{ label, value, text, note }]`. */
export function rows(items, { label = "Bar chart", sameColour = false } = {}) {
  const most = Math.max(...items.map((item) => Math.abs(item.value)), 0) || 1;
  return h("ol", { class: "rows", "aria-label": label }, items.map((item, place) =>
    h("li", {},
      h("div", { class: "row-head" }, h("span", {}, item.label), h("b", {}, item.text ?? number(item.value))),
      svg("svg", { class: "row-bar", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
        svg("rect", { class: "track", width: 100, height: 10, rx: 1 }),
        svg("rect", { class: `bar ${colour(sameColour ? 0 : place)}`, width: Math.max(0.4, (100 * Math.abs(item.value)) / most), height: 10, rx: 1 })),
      item.note ? h("small", {}, item.note) : null)));
}

/** The names of series with their colours. */
export function legend(series) {
  return h("ul", { class: "legend" }, series.map((one, place) => h("li", {}, h("i", { class: `dot ${colour(place)}` }), one.label)));
}
