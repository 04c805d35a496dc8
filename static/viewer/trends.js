// Trends, stickiness and lifecycle: series over time, or one value each.
import { areas, bars, legend, lines, rows } from "./chart.js";
import { h, list, number, object } from "./dom.js";
import { axisFormat, breakdownOf, days, inWords, percent } from "./format.js";
import { big, missing, numbers, seriesTable } from "./tables.js";

/** Settings that change the picture on the service and not here, in words. */
const UNSUPPORTED = {
  goalLines: "goal lines", hiddenLegendIndexes: "which series are hidden", hideWeekends: "days without weekends", movingAverageIntervals: "moving average",
  resultCustomizations: "the author's colours", showConfidenceIntervals: "confidence intervals", showMovingAverage: "moving average", showMultipleYAxes: "an axis for each series",
  showPercentStackView: "parts in percent", showTrendLines: "trend lines",
};
const DISPLAYS = {
  BoxPlot: "box plot", CalendarHeatmap: "calendar", Metric: "metric with its history", SlopeGraph: "slopes", TwoDimensionalHeatmap: "heat map",
};

/** The settings in `settings` that are not shown here, in words. */
export function unsupported(settings) {
  const isSet = (value) => (value && typeof value === "object" ? Object.keys(value).length > 0 : Boolean(value));
  const names = Object.keys(UNSUPPORTED).filter((name) => isSet(settings[name])).map((name) => UNSUPPORTED[name]);
  return [...new Set(names), ...(/^log/.test(settings.yAxisScaleType) ? ["logarithmic axis"] : [])];
}

/** The words for a display that is not drawn here; null if it is. */
export const undrawn = (display) => DISPLAYS[display] ?? (display && !DRAWN.includes(display) ? String(display) : null);
const DRAWN = ["Auto", "ActionsLineGraph", "ActionsLineGraphCumulative", "ActionsAreaGraph", "ActionsBar", "ActionsStackedBar", "ActionsUnstackedBar", "ActionsBarValue",
  "ActionsPie", "ActionsTable", "BoldNumber", "WorldMap"];

/** Draws `items`. `settings` are those of the query, `kind` is its kind, `name` the insight's, `properties` what it is broken down by. */
export function trends(items, { settings, kind, name, properties }, { showLegend, detailed }) {
  const format = axisFormat(settings);
  const { display } = settings;
  const series = seriesOf(items, properties);
  const labels = labelsOf(items, series);
  const label = `${name}: ${series.map((one) => one.label).join(", ")}`;
  const table = () => seriesTable(series, labels, format);
  const odd = undrawn(display);
  if (display === "BoldNumber") return total(series, format);
  if (display === "ActionsTable") return table();
  if (odd) return h("div", {}, table(), missing([odd, ...unsupported(settings)]));
  const limits = missing(unsupported(settings));
  if (["ActionsBarValue", "ActionsPie", "WorldMap"].includes(display) || labels.length === 0) {
    return h("div", {}, totals(series, format, { label, isShare: display === "ActionsPie" }), limits);
  }
  const upright = ["ActionsBar", "ActionsStackedBar", "ActionsUnstackedBar"].includes(display) || kind === "LifecycleQuery";
  const draw = upright ? bars : display === "ActionsAreaGraph" ? areas : lines;
  const chart = draw(series, labels, { format, label, stacked: display !== "ActionsUnstackedBar" });
  return h("div", {}, chart, series.length > 1 || showLegend ? legend(series) : null, limits, numbers(table, detailed));
}

/** What is drawn of each item. Of two periods that are compared, a series has the same hue in both. */
function seriesOf(items, properties) {
  const names = [];
  return items.map((item) => {
    const before = item.compare_label === "previous";
    const name = seriesName(item, properties);
    const key = `${object(item.action).order ?? ""} ${name}`;
    const hue = item.compare_label ? (names.includes(key) ? names.indexOf(key) : names.push(key) - 1) : undefined;
    const dates = daysOf(item);
    const period = dates.length > 1 ? `${dates[0]} – ${dates.at(-1)}` : dates[0];
    const compared = item.compare_label ? ` – ${item.compare_label}${period ? ` (${period})` : ""}` : "";
    return { label: name + compared, name, data: list(item.data).map(toNumber), total: toNumber(item.aggregated_value ?? item.count), before, hue, dates: before ? dates : null, compared: item.compare_label };
  });
}

const daysOf = (item) => days(list(item.labels).length ? item.labels : list(item.days));

/** The labels of the axis: those of the current period, as many as the longest series needs. */
export function labelsOf(items, series) {
  const current = items.find((item) => item.compare_label !== "previous") ?? items[0];
  const labels = daysOf(current);
  const length = Math.max(...series.map((one) => one.data.length));
  const isOrdinal = labels.length === 0;
  while (labels.length < length) labels.push(isOrdinal ? String(labels.length + 1) : "–");
  return labels.slice(0, length);
}

/** A number, also one that was sent as text; null leaves a gap. */
export function toNumber(value) {
  const read = typeof value === "string" && value.trim() ? Number(value) : value;
  return typeof read === "number" && Number.isFinite(read) ? read : null;
}

function seriesName(item, properties) {
  const action = object(item.action);
  const name = String(item.label ?? action.custom_name ?? action.name ?? "Series");
  const words = breakdownOf(item, properties);
  if (words === null) return inWords(name);
  const sent = [item.breakdown_value].flat().join("::"); // as a label contains it
  if (sent && name.includes(sent)) return inWords(name.replace(sent, () => words));
  return name.includes(words) ? name : `${name} – ${words}`;
}

/** The total of the first series, and how it differs from the period before. */
function total(series, format) {
  const now = series.find((one) => !one.before) ?? series[0];
  const before = series.find((one) => one.before && one !== now && one.name === now.name);
  const others = series.filter((one) => one !== now && one !== before);
  return h("div", {}, big(format.value(now.total), now.label), before ? h("p", { class: "muted" }, change(now.total, before.total, format)) : null,
    others.length ? seriesTable(others, [], format) : null);
}

function change(now, before, format) {
  const was = `previous: ${format.value(before)}`;
  if (typeof now !== "number" || typeof before !== "number") return was;
  if (now === before) return `No change; ${was}`;
  const way = now > before ? "Up" : "Down";
  return before ? `${way} ${percent.value(Math.abs((100 * (now - before)) / before))}; ${was}` : `${way} from zero; ${was}`;
}

/** A bar for the total of each series; `isShare` adds its part of the whole period. */
function totals(series, format, { label, isShare }) {
  const whole = (one) => series.filter((other) => other.compared === one.compared).reduce((sum, other) => sum + (other.total ?? 0), 0) || 1;
  return rows(series.map((one) => ({
    label: one.label, value: one.total ?? 0, text: format.value(one.total), hue: one.hue, before: one.before,
    note: isShare ? `${number((100 * (one.total ?? 0)) / whole(one), 1)}%` : null,
  })), { label });
}
