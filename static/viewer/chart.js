// Charts over an axis of labels, drawn with uPlot: lines, areas and bars, which the pointer and the keyboard can explore.
//
// A series is `{ label, data, hue, before, dates, format }`. `hue` is its place among the colours, by default its place in the list.
// `before` says that it belongs to the period before, which is compared with the current one: dashed or pale, in a pile of its own,
// and with `dates` of its own. A null is a gap.
import { h } from "./dom.js";
import { explorer, summary } from "./explore.js";
import { clip, percent, plain } from "./format.js";
import { ink, legend, paint, PALE, SHADE } from "./legend.js";

const LIBRARY = "/static/vendor/uplot-1.6.32/uPlot.esm.js"; // loaded only by pages with a chart; a page that is a file has it inside
const HEIGHT = 280;
const PAPER = 620; // maximum width in print, where the tiles of a dashboard are as wide as the page
const WIDEST = 96; // pixels of a bar
const FEW = 31; // points that are marked on a line
const DENSE = 1000; // points whose line is thin and has no dashes, which would be lost in it
const DASHES = [null, [9, 5], [2, 4]]; // of the first 8 colours, the next, and the last
const STEPS = [1, 2, 3, 4, 5, 7, 10, 14, 20, 28, 30, 50, 60, 90, 100, 180, 200, 365, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000];

// Prints use the light theme. Registered first, so that charts see it when they redraw.
let theme;
addEventListener("beforeprint", () => {
  theme = document.documentElement.dataset.theme;
  document.documentElement.dataset.theme = "light";
});
addEventListener("afterprint", () => { document.documentElement.dataset.theme = theme; });

/** Whether a value is below zero: areas and parts of a whole cannot show that. */
export const isBelowZero = (series) => series.some((one) => one.data.some((value) => value < 0));

/**
 * A chart of `series` over `labels`, and its legend, in which series are hidden and shown. `kind` is `lines`, `areas` on top of each
 * other or `bars`, which are `stacked` or side by side. `isPercent` draws what part of the whole each value is, `isLog` draws over a
 * logarithmic axis. `goals` are `{ label, value }`, `notes` `{ place, date, text }`: what happened at a label. `hidden` are the places
 * of series that are hidden at first. `axis` is the format of the axis, if it is not that of the values.
 */
export function chart(kind, series, labels, { format = plain, axis = format, label = "Chart", stacked = true, goals = [], notes = [], isLog = false, isPercent = false, hasLegend = series.length > 1, hidden = [] } = {}) {
  const all = series.map((one, place) => ({ ...one, hue: one.hue ?? place }));
  const shown = new Set(all.keys());
  for (const place of hidden) if (shown.size > 1) shown.delete(place);
  const view = () => {
    const some = all.filter((_, place) => shown.has(place));
    const whole = isPercent ? parts(some, labels) : some;
    return { kind, series: whole, labels, format, axis: isPercent ? percent : axis, stacked, goals: isPercent ? [] : goals, notes, isLog };
  };
  const box = h("div", { class: "chart", tabindex: "0", role: "slider", "aria-roledescription": "chart", "aria-readonly": "true", "aria-label": label,
    "aria-valuemin": 1, "aria-valuemax": labels.length, "aria-valuenow": labels.length, "aria-valuetext": summary(all, labels, format) });
  const redraw = keep(box, view);
  return h("div", { class: "charted" }, box, hasLegend || goals.length ? legend(all, { goals, format, isLine: kind !== "bars" && labels.length <= DENSE, shown, changed: redraw }) : null,
    notes.length ? h("ol", { class: "notes", "aria-label": "Annotations", tabindex: notes.length > 6 ? "0" : null }, notes.map(({ date, text }) => h("li", {}, h("bdi", {}, `${date}: ${clip(text, 300)}`)))) : null);
}

/** What part of all at its point each value is, in percent; `exact` are the values themselves. */
function parts(series, labels) {
  const sums = labels.map((_, index) => series.reduce((sum, one) => sum + (one.data[index] ?? 0), 0));
  const part = (value, index) => (value === null || value === undefined || !sums[index] ? null : (100 * value) / sums[index]);
  return series.map((one) => ({ ...one, exact: one.data, data: one.data.map(part) }));
}

/** Draws in `box` what `view()` returns, once it is on the page, and again for another width or theme, and for print. Returns the
 *  function that draws it anew. */
function keep(box, view) {
  let plot = null;
  let explored = null;
  const size = (width) => ({ width: Math.max(120, Math.floor(width)), height: HEIGHT });
  const redraw = async () => {
    try {
      const { default: uPlot } = globalThis.uPlotLibrary ?? await import(LIBRARY);
      plot?.destroy();
      box.replaceChildren();
      const now = view();
      const plan = SHAPES[now.kind](uPlot, now);
      explored = explorer(box, now, plan);
      plot = new uPlot({ ...size(box.clientWidth), ...config(uPlot, now, plan, explored) }, [now.labels.map((_, index) => index), ...plan.values], box);
    } catch {
      box.replaceChildren(h("p", { class: "empty" }, "The chart could not be drawn. The numbers are below."));
    }
  };
  redraw();
  new ResizeObserver(() => box.clientWidth && plot?.setSize(size(box.clientWidth))).observe(box);
  new MutationObserver(() => plot?.redraw()).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => plot?.redraw());
  addEventListener("beforeprint", () => plot?.setSize(size(box.closest(".tiles") ? PAPER : Math.min(PAPER, box.clientWidth))));
  addEventListener("afterprint", () => plot?.setSize(size(box.clientWidth)));
  box.addEventListener("keydown", (event) => plot && explored.key(plot, event));
  box.addEventListener("mousemove", () => explored?.follow(), { capture: true });
  box.addEventListener("focus", () => plot && box.matches(":focus-visible") && explored.enter(plot));
  box.addEventListener("blur", () => plot && explored.leave(plot));
  return redraw;
}

// How each kind is drawn: `values`, where each value ends; `starts`, where it begins if that is not the axis; uPlot's `series`.
const SHAPES = { lines, areas, bars };

function lines(uPlot, { series, labels, isLog }) {
  const margin = labels.length === 1 ? 0.5 : 0;
  const values = isLog ? series.map((one) => one.data.map((value) => (value > 0 ? value : null))) : series.map((one) => one.data);
  return { margin, values, series: series.map((one, place) => line(uPlot, one, values[place], series.length === 1 && !isLog ? paint(one, SHADE) : null)) };
}

function areas(uPlot, now) {
  const { series, labels } = now;
  if (isBelowZero(series)) return lines(uPlot, now);
  if (labels.length === 1) return bars(uPlot, now);
  const groups = series.map((one) => (one.before ? 1 : 0));
  const [starts, values] = pile(series, labels, groups);
  const plan = { margin: 0, values, ...(now.isLog ? lifted(starts, values) : { starts }) };
  return {
    ...plan, series: series.map((one, place) => line(uPlot, one, values[place], null)),
    fill: (plot) => series.forEach((one, place) => fillArea(plot, plan.starts[place], values[place], paint(one, PALE)())),
  };
}

/** Fills what is between `starts` and `ends`, wherever there is an end: below a gap of another series too. */
function fillArea(plot, starts, ends, colour) {
  const { ctx } = plot;
  const y = (value) => plot.valToPos(value, "y", true);
  ctx.fillStyle = colour;
  for (let from = 0; from < ends.length; from += 1) {
    if (ends[from] === null) continue;
    let to = from;
    while ((ends[to + 1] ?? null) !== null) to += 1;
    ctx.beginPath();
    for (let index = from; index <= to; index += 1) ctx.lineTo(plot.valToPos(index, "x", true), y(ends[index]));
    for (let index = to; index >= from; index -= 1) ctx.lineTo(plot.valToPos(index, "x", true), y(starts[index]));
    ctx.fill();
    from = to;
  }
}

function line(uPlot, one, values, fill) {
  const [isFew, isDense] = [values.length <= FEW, values.length > DENSE];
  const isAlone = (index) => (values[index - 1] ?? null) === null && (values[index + 1] ?? null) === null;
  const alone = isFew ? [] : [...values.keys()].filter((index) => (values[index] ?? null) !== null && isAlone(index)); // no line reaches them
  return {
    width: isDense ? 1 : 2.25, dash: isDense ? null : one.before ? [6, 5] : DASHES[Math.floor(one.hue / 8) % DASHES.length], stroke: paint(one, one.before ? "b0" : ""), fill,
    paths: uPlot.paths.linear(),
    points: { show: isFew, size: 6, fill: paint(one), filter: () => (alone.length ? alone : null) },
  };
}

function bars(uPlot, { series, labels, stacked, isLog }) {
  const has = (before) => series.some((one) => Boolean(one.before) === before);
  const groups = series.map((one, place) => (stacked ? (one.before && has(false) ? 1 : 0) : place));
  const [zeros, values] = pile(isLog ? series.map((one) => ({ ...one, data: one.data.map((value) => (value < 0 ? null : value)) })) : series, labels, groups);
  const { starts, bottom } = isLog ? lifted(zeros, values) : { starts: zeros };
  const count = 1 + Math.max(...groups);
  // The part of a label's place that bars take, and what one bar takes of it; no bar is wider than WIDEST.
  const room = ({ bbox }) => Math.min(0.72, (count * WIDEST * devicePixelRatio * labels.length) / bbox.width);
  const width = (plot) => room(plot) / count;
  return {
    margin: 0.5, values, bottom, starts: stacked ? starts : null,
    series: series.map((one, place) => {
      const disp = {
        x0: { unit: 1, values: (plot) => labels.map((_, index) => index - room(plot) / 2 + groups[place] * width(plot)) },
        size: { unit: 1, values: (plot) => [width(plot) * (count === 1 ? 1 : 0.94)] },
        y0: { unit: 1, values: () => starts[place] }, y1: { unit: 1, values: () => values[place] },
      };
      const isPart = groups.filter((group) => group === groups[place]).length > 1;
      return { width: 0, points: { show: false }, stroke: paint(one), fill: paint(one, one.before ? PALE : ""), paths: uPlot.paths.bars({ disp, size: [1, 2 * WIDEST], radius: isPart ? 0 : 0.08 }) };
    }),
  };
}

/** Start and end of each value of stacked series; those of one group are on top of each other, negative values downwards. */
function pile(series, labels, groups) {
  const reached = new Map(groups.map((group) => [group, { up: labels.map(() => 0), down: labels.map(() => 0) }]));
  const starts = [];
  const ends = series.map((one, place) => {
    const { up, down } = reached.get(groups[place]);
    const start = labels.map((_, index) => (one.data[index] < 0 ? down : up)[index]);
    starts.push(start);
    return labels.map((_, index) => {
      const value = one.data[index] ?? null;
      if (value === null) return null;
      const end = start[index] + value;
      (value < 0 ? down : up)[index] = end;
      return end;
    });
  });
  return [starts, ends];
}

/** What stands on zero begins at the bottom of a logarithmic axis instead: a power of ten below all values. A pile of nothing has no
 *  place there; its values in `ends` become gaps. */
function lifted(starts, ends) {
  const least = ends.flat().reduce((least, value) => (value > 0 ? Math.min(least, value) : least), Infinity);
  const bottom = least === Infinity ? 1 : 10 ** Math.floor(Math.log10(least * 0.99));
  for (const end of ends) end.forEach((value, index) => { if (value !== null && value <= 0) end[index] = null; });
  return { bottom, starts: starts.map((start) => start.map((value) => Math.max(value, bottom))) };
}

function config(uPlot, { series, labels, axis, goals, notes, isLog }, plan, explored) {
  const range = span(uPlot, plan, goals, isLog);
  return {
    legend: { show: false },
    padding: [notes.length ? 26 : 12, plan.margin ? 12 : overhang(labels), null, plan.margin ? null : 0],
    cursor: { y: false, lock: true, drag: { x: false, y: false }, points: { show: plan.margin === 0, size: 8 } },
    scales: { x: { time: false, range: [-plan.margin, labels.length - 1 + plan.margin] }, y: { range: () => range, distr: isLog ? 3 : 1 } },
    axes: axes(labels, axis, plan.margin),
    series: [{}, ...plan.series],
    hooks: { drawAxes: [(plot) => plan.fill?.(plot)], draw: [(plot) => goals.forEach((goal) => drawGoal(plot, goal)), (plot) => drawNotes(plot, notes)], ...explored.hooks },
  };
}

const longest = (labels) => labels.reduce((most, label) => Math.max(most, label.length), 1);

/** Half the width of the widest label, which is centred below its point. */
const overhang = (labels) => Math.max(12, 3.5 * longest(labels));

/** The range of the axis: from zero, or the smallest negative value, to above the largest value; of a logarithmic one, whole powers. */
function span(uPlot, { values, bottom: lowest = Infinity }, goals, isLog) {
  let [bottom, top] = isLog ? [lowest, -Infinity] : [0, 0];
  for (const list of [...values, goals.map((goal) => goal.value)]) {
    for (const value of list) if (value !== null && value !== undefined && (!isLog || value > 0)) [bottom, top] = [Math.min(bottom, value), Math.max(top, value)];
  }
  if (isLog) return top > 0 ? uPlot.rangeLog(bottom, top, 10, true) : [1, 10];
  const side = (value) => ({ pad: value ? 0.08 : 0, soft: 0, mode: value ? 0 : 1 });
  return uPlot.rangeNum(bottom, top || (bottom ? 0 : 1), { min: side(bottom), max: side(top) });
}

function axes(labels, format, margin) {
  const look = { stroke: () => ink("soft"), font: "12px system-ui, sans-serif", ticks: { show: false } };
  return [
    { ...look, grid: { show: false }, gap: 8, size: 34, space: 7 * longest(labels) + 18, incrs: STEPS,
      values: (_, places) => places.map((place) => (Number.isInteger(place) ? labels[place] ?? "" : "")) },
    { ...look, grid: { stroke: () => ink("edge"), width: 1 }, gap: 6,
      values: (_, ticks) => ticks.map((tick) => (tick === null ? null : format.tick(tick))), ...(format.steps ? { incrs: format.steps } : {}),
      size: (_, texts) => Math.max(16 + 7 * Math.max(0, ...(texts ?? []).map((text) => (text ?? "").length)), margin ? 0 : overhang(labels)) },
  ];
}

function drawGoal(plot, { label, value }) {
  const { ctx, bbox } = plot;
  const y = Math.round(plot.valToPos(value, "y", true));
  if (!(y >= bbox.top && y <= bbox.top + bbox.height)) return;
  const scale = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = ink("ink");
  ctx.lineWidth = 1.5 * scale;
  ctx.setLineDash([3 * scale, 3 * scale]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.font = `${12 * scale}px system-ui, sans-serif`;
  ctx.textAlign = "right";
  ctx.textBaseline = y - bbox.top > 20 * scale ? "bottom" : "top";
  ctx.fillText(clip(label, 40), bbox.left + bbox.width - 4 * scale, y + (ctx.textBaseline === "bottom" ? -3 : 3) * scale);
  ctx.restore();
}

/** A line at each annotation, with the number that it has in the list below the chart; those of one label share theirs. */
function drawNotes(plot, notes) {
  const { ctx, bbox } = plot;
  const scale = devicePixelRatio;
  const numbers = Map.groupBy(notes.map((note, index) => [note.place, index + 1]), ([place]) => place);
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = ink("soft");
  ctx.lineWidth = scale;
  ctx.font = `600 ${11 * scale}px system-ui, sans-serif`;
  ctx.textAlign = "center";
  ctx.textBaseline = "bottom";
  for (const [place, [[, first], ...more]] of numbers) {
    const x = Math.round(plot.valToPos(place, "x", true));
    ctx.setLineDash([2 * scale, 3 * scale]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top - 4 * scale);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.fillText(`${first}${more.length ? `–${more.at(-1)[1]}` : ""}`, x, bbox.top - 6 * scale);
  }
  ctx.restore();
}
