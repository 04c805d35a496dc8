// Charts of results: lines and vertical bars with uPlot, horizontal bars as lists.
import { h, number, svg } from "./dom.js";
import { plain } from "./format.js";

const LIBRARY = "/static/vendor/uplot-1.6.32/uPlot.esm.js"; // loaded only by pages with a chart
const HEIGHT = 280;
const PAPER = 620; // maximum width in print
const PALETTE = 15; // colours `--s0` … in the style sheet

// Prints use the light theme. Registered first, so that charts see it when they redraw.
let theme;
addEventListener("beforeprint", () => {
  theme = document.documentElement.dataset.theme;
  document.documentElement.dataset.theme = "light";
});
addEventListener("afterprint", () => { document.documentElement.dataset.theme = theme; });

/** The class that gives a series its colour. */
export const colour = (hue) => `series-${hue % PALETTE}`;

const ink = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

// A series is `{ label, data, hue, before, dates, format }`. `hue` is its place among the colours, by default its place in the list.
// `before` says that it belongs to the period before, which is compared with the current one: dashed or pale, in a pile of its own,
// and with `dates` of its own.
const hueOf = (one, place) => one.hue ?? place;
const paint = (one, place, strength = "") => () => ink(`s${hueOf(one, place) % PALETTE}`) + strength;
const WIDEST = 96; // pixels of a bar
const PALE = "80"; // opacity of what belongs to the period before
const SHADE = "1f"; // and of the area below a line

/** Lines over `labels`; a null is a gap. A single line has a shade below it. One point makes no line, but a bar. */
export function lines(series, labels, { format = plain, label = "Line chart" } = {}) {
  if (labels.length === 1) return bars(series, labels, { format, stacked: false, label });
  const options = (uPlot) => ({
    margin: 0,
    series: series.map((one, place) => line(uPlot, one, place, { fill: series.length === 1 ? paint(one, place, SHADE) : null })),
  });
  return chart(series, labels, format, label, options);
}

/** Areas on top of each other, each as high as its values; lines if one of these is negative, which no area can show. */
export function areas(series, labels, { format = plain, label = "Area chart" } = {}) {
  if (series.some((one) => one.data.some((value) => value < 0))) return lines(series, labels, { format, label });
  if (labels.length === 1) return bars(series, labels, { format, label });
  const groups = series.map((one) => (one.before ? 1 : 0));
  const [, ends] = pile(series, labels, groups);
  const below = (place) => groups.lastIndexOf(groups[place], place - 1);
  const options = (uPlot) => ({
    margin: 0,
    values: ends,
    series: series.map((one, place) => line(uPlot, one, place, { fill: place === 0 || below(place) < 0 ? paint(one, place, PALE) : null })),
    bands: series.flatMap((one, place) => (place > 0 && below(place) >= 0 ? [{ series: [place + 1, below(place) + 1], fill: paint(one, place, PALE) }] : [])),
  });
  return chart(series, labels, format, label, options);
}

function line(uPlot, one, place, { fill }) {
  return {
    width: 2.25, dash: one.before ? [6, 5] : null, stroke: paint(one, place), fill,
    paths: uPlot.paths.linear(),
    points: { show: one.data.length <= 31, size: 6, fill: paint(one, place) },
  };
}

/** Vertical bars over `labels`, stacked or side by side. */
export function bars(series, labels, { format = plain, stacked = true, label = "Bar chart" } = {}) {
  const has = (before) => series.some((one) => Boolean(one.before) === before);
  const groups = series.map((one, place) => (stacked ? (one.before && has(false) ? 1 : 0) : place));
  const [starts, ends] = pile(series, labels, groups);
  const count = 1 + Math.max(...groups);
  // The part of a label's place that bars take, and what one bar takes of it; no bar is wider than WIDEST.
  const room = ({ bbox }) => Math.min(0.72, (count * WIDEST * devicePixelRatio * labels.length) / bbox.width);
  const width = (plot) => room(plot) / count;
  const options = (uPlot) => ({
    margin: 0.5,
    values: ends,
    series: series.map((one, place) => {
      const disp = {
        x0: { unit: 1, values: (plot) => labels.map((_, index) => index - room(plot) / 2 + groups[place] * width(plot)) },
        size: { unit: 1, values: (plot) => [width(plot) * (count === 1 ? 1 : 0.94)] },
        y0: { unit: 1, values: () => starts[place] }, y1: { unit: 1, values: () => ends[place] },
      };
      const isPart = groups.filter((group) => group === groups[place]).length > 1;
      return { width: 0, points: { show: false }, stroke: paint(one, place), fill: paint(one, place, one.before ? PALE : ""), paths: uPlot.paths.bars({ disp, size: [1, 2 * WIDEST], radius: isPart ? 0 : 0.08 }) };
    }),
  });
  return chart(series, labels, format, label, options);
}

/** Start and end of each value of stacked series; those of one group are on top of each other, negative values downwards. */
function pile(series, labels, groups) {
  const reached = new Map();
  const starts = [];
  const ends = series.map((one, place) => {
    starts.push([]);
    return labels.map((_, index) => {
      const value = one.data[index] ?? null;
      const key = `${groups[place]} ${index} ${value < 0 ? "down" : "up"}`;
      const start = reached.get(key) ?? 0;
      starts.at(-1).push(start);
      reached.set(key, start + (value ?? 0));
      return value === null ? null : start + value;
    });
  });
  return [starts, ends];
}

/** A box that draws its chart when it is on the page, and redraws it for another width or theme, and for print. */
function chart(series, labels, format, label, options) {
  const box = h("div", { class: "chart", role: "img", "aria-label": label });
  draw(box, series, labels, format, options).catch(() => box.replaceChildren(h("p", { class: "empty" }, "The chart could not be loaded. The numbers are below.")));
  return box;
}

async function draw(box, series, labels, format, options) {
  const { default: uPlot } = await import(LIBRARY);
  const plan = options(uPlot);
  const values = plan.values ?? series.map((one) => one.data);
  const size = (width) => ({ width: Math.max(120, Math.floor(width)), height: HEIGHT });
  const config = {
    ...size(box.clientWidth),
    legend: { show: false },
    padding: [12, plan.margin ? 12 : overhang(labels), null, plan.margin ? null : 0],
    cursor: { y: false, drag: { x: false, y: false }, points: { show: plan.margin === 0, size: 8 } },
    scales: { x: { time: false, range: [-plan.margin, labels.length - 1 + plan.margin] }, y: { range: () => span(uPlot, values) } },
    axes: axes(labels, format, plan.margin),
    series: [{}, ...plan.series],
    bands: plan.bands,
    plugins: [tip(series, labels, format)],
  };
  const plot = new uPlot(config, [labels.map((_, index) => index), ...values], box);
  new ResizeObserver(() => box.clientWidth && plot.setSize(size(box.clientWidth))).observe(box);
  new MutationObserver(() => plot.redraw()).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => plot.redraw());
  addEventListener("beforeprint", () => plot.setSize(size(Math.min(PAPER, box.clientWidth))));
  addEventListener("afterprint", () => plot.setSize(size(box.clientWidth)));
}

/** Half the width of the widest label, which is centred below its point. */
const overhang = (labels) => Math.max(12, 3.5 * Math.max(...labels.map((label) => label.length)));

/** The range of the axis: from zero, or the smallest negative value, to above the largest value. */
function span(uPlot, values) {
  let [bottom, top] = [0, 0];
  for (const value of values.flat()) [bottom, top] = [Math.min(bottom, value ?? 0), Math.max(top, value ?? 0)];
  const side = (value) => ({ pad: value ? 0.08 : 0, soft: 0, mode: value ? 0 : 1 });
  return uPlot.rangeNum(bottom, top || (bottom ? 0 : 1), { min: side(bottom), max: side(top) });
}

function axes(labels, format, margin) {
  const longest = Math.max(...labels.map((label) => label.length), 1) * 7;
  const look = { stroke: () => ink("soft"), font: "12px system-ui, sans-serif", ticks: { show: false } };
  return [
    { ...look, grid: { show: false }, gap: 8, size: 34, space: longest + 18, incrs: [1, 2, 3, 4, 5, 7, 10, 14, 20, 28, 30, 50, 60, 90, 100, 180, 200, 365, 500, 1000, 5000],
      values: (_, places) => places.map((place) => (Number.isInteger(place) ? labels[place] ?? "" : "")) },
    { ...look, grid: { stroke: () => ink("edge"), width: 1 }, gap: 6,
      values: (_, ticks) => ticks.map((tick) => (tick === null ? null : format.tick(tick))), ...(format.steps ? { incrs: format.steps } : {}),
      size: (_, texts) => Math.max(16 + 7 * Math.max(0, ...(texts ?? []).map((text) => text.length)), margin ? 0 : overhang(labels)) },
  ];
}

/** A tooltip with the values at the pointer. */
function tip(series, labels, format) {
  const box = h("div", { class: "tip", hidden: true });
  return { hooks: {
    init: (plot) => plot.over.append(box),
    setCursor: ({ cursor, over }) => {
      box.hidden = cursor.idx === null || cursor.idx === undefined || cursor.left < 0;
      if (box.hidden) return;
      box.replaceChildren(h("strong", {}, labels[cursor.idx]), ...series.map((one, place) =>
        h("div", {}, dot(one, place), one.label, one.dates ? `, ${one.dates[cursor.idx] ?? "–"}` : null, h("b", {}, (one.format ?? format).value(one.data[cursor.idx])))));
      const at = cursor.left + (cursor.left > over.clientWidth / 2 ? -box.offsetWidth - 12 : 12);
      box.style.left = `${Math.max(0, Math.min(over.clientWidth - box.offsetWidth, at))}px`;
    },
  } };
}

/** Horizontal bars, one per row: `[{ label, value, text, note, hue, before }]`. Those of negative values end where the others start. */
export function rows(items, { label = "Bar chart", sameColour = false } = {}) {
  const values = items.map((item) => item.value);
  const lowest = Math.min(0, ...values);
  const whole = Math.max(0, ...values) - lowest || 1;
  const place = (value) => (100 * (value - lowest)) / whole;
  return h("ol", { class: "rows", "aria-label": label }, items.map((item, index) =>
    h("li", {},
      h("div", { class: "row-head" }, h("span", {}, item.label), h("b", {}, item.text ?? number(item.value))),
      svg("svg", { class: "row-bar", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
        svg("rect", { class: "track", width: 100, height: 10, rx: 1 }),
        svg("rect", { class: `bar ${colour(sameColour ? 0 : hueOf(item, index))}${item.before ? " before" : ""}`, x: place(Math.min(0, item.value)), width: Math.max(0.4, (100 * Math.abs(item.value)) / whole), height: 10, rx: 1 })),
      item.note ? h("small", {}, item.note) : null)));
}

const dot = (one, place) => h("i", { class: `dot ${colour(hueOf(one, place))}${one.before ? " before" : ""}` });

/** The names of series with their colours. */
export function legend(series) {
  return h("ul", { class: "legend" }, series.map((one, place) => h("li", {}, dot(one, place), one.label)));
}
