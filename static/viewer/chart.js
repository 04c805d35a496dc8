// Charts of results: lines and vertical bars with uPlot, horizontal bars as lists.
import { h, number, svg } from "./dom.js";

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
export const colour = (index) => `series-${index % PALETTE}`;

const ink = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const short = (value) => value.toLocaleString(undefined, { notation: Math.abs(value) >= 10000 ? "compact" : "standard", maximumFractionDigits: 2 });

/** Lines over `labels`; `filled` shades the area below them. */
export function lines(series, labels, { unit = "", filled = false, label = "Line chart" } = {}) {
  const shaded = filled || series.length === 1;
  const options = (uPlot) => ({
    margin: 0,
    series: series.map((one, place) => ({
      width: 2.25,
      paths: uPlot.paths.linear(),
      points: { show: one.data.length <= 31, size: 6, fill: () => ink(`s${place % PALETTE}`) },
      fill: shaded ? () => `${ink(`s${place % PALETTE}`)}1f` : null,
    })),
  });
  return chart(series, labels, unit, label, options);
}

/** Vertical bars over `labels`, stacked or side by side. */
export function bars(series, labels, { unit = "", stacked = true, label = "Bar chart" } = {}) {
  const [starts, ends] = stacked ? pile(series, labels) : [null, series.map((one) => one.data)];
  const room = 0.72;
  const options = (uPlot) => ({
    margin: 0.5,
    values: ends.flat(),
    series: series.map((_, place) => {
      const width = stacked ? room : room / series.length;
      const left = (index) => index - room / 2 + (stacked ? 0 : place * width);
      const disp = {
        x0: { unit: 1, values: () => labels.map((_, index) => left(index)) },
        size: { unit: 1, values: () => [width * (stacked ? 1 : 0.94)] },
        ...(stacked ? { y0: { unit: 1, values: () => starts[place] }, y1: { unit: 1, values: () => ends[place] } } : {}),
      };
      return { width: 0, points: { show: false }, fill: () => ink(`s${place % PALETTE}`), paths: uPlot.paths.bars({ disp, size: [1, 96], radius: series.length > 1 && stacked ? 0 : 0.08 }) };
    }),
  });
  return chart(series, labels, unit, label, options);
}

/** Start and end of the parts of stacked bars; negative values stack downwards. */
function pile(series, labels) {
  const reached = labels.map(() => ({ up: 0, down: 0 }));
  const starts = [];
  const ends = series.map((one) => {
    starts.push([]);
    return labels.map((_, index) => {
      const value = one.data[index] ?? 0;
      const way = value < 0 ? "down" : "up";
      starts.at(-1).push(reached[index][way]);
      return (reached[index][way] += value);
    });
  });
  return [starts, ends];
}

/** A box that draws its chart when it is on the page, and redraws it for another width or theme, and for print. */
function chart(series, labels, unit, label, options) {
  const box = h("div", { class: "chart", role: "img", "aria-label": label });
  draw(box, series, labels, unit, options).catch(() => box.replaceChildren(h("p", { class: "empty" }, "The chart could not be loaded. The numbers are below.")));
  return box;
}

async function draw(box, series, labels, unit, options) {
  const { default: uPlot } = await import(LIBRARY);
  const plan = options(uPlot);
  const values = plan.values ?? series.flatMap((one) => one.data);
  const size = (width) => ({ width: Math.max(120, Math.floor(width)), height: HEIGHT });
  const config = {
    ...size(box.clientWidth),
    legend: { show: false },
    padding: [12, plan.margin ? 12 : overhang(labels), null, plan.margin ? null : 0],
    cursor: { y: false, drag: { x: false, y: false }, points: { show: plan.margin === 0, size: 8 } },
    scales: { x: { time: false, range: [-plan.margin, labels.length - 1 + plan.margin] }, y: { range: () => span(uPlot, values) } },
    axes: axes(labels, unit, plan.margin),
    series: [{}, ...plan.series.map((one, place) => ({ ...one, stroke: () => ink(`s${place % PALETTE}`) }))],
    plugins: [tip(series, labels, unit)],
  };
  const plot = new uPlot(config, [labels.map((_, index) => index), ...series.map((one) => one.data)], box);
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
  const [bottom, top] = [Math.min(0, ...values), Math.max(0, ...values)];
  const side = (value) => ({ pad: value ? 0.08 : 0, soft: 0, mode: value ? 0 : 1 });
  return uPlot.rangeNum(bottom, top || (bottom ? 0 : 1), { min: side(bottom), max: side(top) });
}

function axes(labels, unit, margin) {
  const longest = Math.max(...labels.map((label) => label.length), 1) * 7;
  const look = { stroke: () => ink("soft"), font: "12px system-ui, sans-serif", ticks: { show: false } };
  return [
    { ...look, grid: { show: false }, gap: 8, size: 34, space: longest + 18, incrs: [1, 2, 3, 4, 5, 7, 10, 14, 20, 28, 30, 50, 60, 90, 100, 180, 200, 365, 500, 1000, 5000],
      values: (_, places) => places.map((place) => (Number.isInteger(place) ? labels[place] ?? "" : "")) },
    { ...look, grid: { stroke: () => ink("edge"), width: 1 }, gap: 6,
      values: (_, ticks) => ticks.map((tick) => short(tick) + unit),
      size: (_, texts) => Math.max(16 + 7 * Math.max(0, ...(texts ?? []).map((text) => text.length)), margin ? 0 : overhang(labels)) },
  ];
}

/** A tooltip with the values at the pointer. */
function tip(series, labels, unit) {
  const box = h("div", { class: "tip", hidden: true });
  return { hooks: {
    init: (plot) => plot.over.append(box),
    setCursor: ({ cursor, over }) => {
      box.hidden = cursor.idx === null || cursor.idx === undefined || cursor.left < 0;
      if (box.hidden) return;
      box.replaceChildren(h("strong", {}, labels[cursor.idx]), ...series.map((one, place) =>
        h("div", {}, h("i", { class: `dot ${colour(place)}` }), one.label, h("b", {}, number(one.data[cursor.idx]) + unit))));
      const at = cursor.left + (cursor.left > over.clientWidth / 2 ? -box.offsetWidth - 12 : 12);
      box.style.left = `${Math.max(0, Math.min(over.clientWidth - box.offsetWidth, at))}px`;
    },
  } };
}

/** Horizontal bars, one per row: `[{ label, value, text, note }]`. */
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
