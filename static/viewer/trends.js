// Trends, stickiness and lifecycle: series over time, or one value each.
import { chart, isBelowZero } from "./chart.js";
import { customized, trendKey } from "./colours.js";
import { h, list, number, object } from "./dom.js";
import { axisFormat, breakdownOf, clip, country, days, inWords, percent } from "./format.js";
import { rows } from "./rows.js";
import { big, grid, missing, numbers, onlyTable, seriesFile, seriesTable } from "./tables.js";

/** Settings that change the picture on the service and not here, in words. */
const UNSUPPORTED = {
  goalLines: "goal lines", hiddenLegendBreakdowns: "which series are hidden", hiddenLegendIndexes: "which series are hidden", hiddenLegendKeys: "which series are hidden",
  hideWeekends: "days without weekends", isLog: "logarithmic axis", movingAverageIntervals: "moving average",
  showAlertThresholdLines: "thresholds of alerts", showConfidenceIntervals: "confidence intervals", showMovingAverage: "moving average", showMultipleYAxes: "an axis for each series",
  showPercentStackView: "parts in percent", showTrendLines: "trend lines", showValuesOnSeries: "values beside the points",
};
const DISPLAYS = {
  BoxPlot: "box plot", CalendarHeatmap: "calendar", Metric: "metric with its history", SlopeGraph: "slopes", TwoDimensionalHeatmap: "heat map",
};

/** The settings in `settings` that are not shown here, in words; `shown` are names of those that are. */
export function unsupported(settings, shown = []) {
  const isSet = (value) => (value && typeof value === "object" ? Object.values(value).some(Boolean) : Boolean(value));
  const all = { ...settings, isLog: isLogarithmic(settings) };
  const names = Object.keys(UNSUPPORTED).filter((name) => isSet(all[name]) && !shown.includes(name));
  return [...new Set(names.map((name) => UNSUPPORTED[name]))];
}

const isLogarithmic = (settings) => /^log/.test(settings.yAxisScaleType);

/** The goals in `settings` that are drawn over `series`: a goal can say that it is not once a value has reached it. */
export function goalsOf(settings, series) {
  const isReached = (value) => series.some((one) => one.data.some((other) => other >= value));
  const goals = list(settings.goalLines).map((goal) => ({ ...object(goal), value: toNumber(object(goal).value) }));
  return goals.filter((goal) => goal.value !== null && (goal.displayIfCrossed !== false || !isReached(goal.value)))
    .map((goal) => ({ label: goal.displayLabel === false ? "" : String(goal.label ?? ""), value: goal.value }));
}

/**
 * A chart as its settings say: `kind` is `lines`, `areas` or `bars`. Returns it, with what it does not show in words. Areas and parts of
 * a whole cannot show negative values, a logarithmic axis none that are not above zero, and parts in percent have no such axis.
 */
export function asSet(kind, series, labels, settings, options) {
  const isNegative = isBelowZero(series);
  const drawn = kind === "areas" && isNegative ? "lines" : kind;
  const isPercent = Boolean(settings.showPercentStackView) && options.stacked && kind !== "lines" && !isNegative;
  const isLog = isLogarithmic(settings) && !isPercent;
  const goals = goalsOf(settings, series);
  const low = isLog ? goals.filter((goal) => goal.value <= 0) : [];
  const below = isLog ? series.reduce((sum, one) => sum + one.data.filter((value) => value !== null && value <= 0).length, 0) : 0;
  const shown = ["hiddenLegendIndexes", ...(isPercent ? ["showPercentStackView"] : ["goalLines"]), ...(isLog ? ["isLog"] : [])];
  const limits = [
    ...unsupported(settings, shown),
    ...(drawn === kind ? [] : ["areas, because some values are below zero"]),
    ...(below ? [`values of zero and less, which a logarithmic axis lacks (${number(below)})`] : []),
    ...(low.length ? [`goals of zero and less (${number(low.length)})`] : []),
    ...(series.some((one) => one.hasOddColour) ? ["some of the author's colours"] : []),
  ];
  const own = series.flatMap((one, place) => (one.isHidden ? place : []));
  const hidden = list(settings.hiddenLegendIndexes).filter(Number.isInteger).concat(own);
  return [chart(drawn, series, labels, { ...options, isPercent, isLog, hidden, goals: goals.filter((goal) => !low.includes(goal)) }), limits];
}

/** The words for a display that is not drawn here; null if it is. */
export const undrawn = (display) => DISPLAYS[display] ?? (display && !DRAWN.includes(display) ? String(display) : null);
const DRAWN = ["Auto", "ActionsLineGraph", "ActionsLineGraphCumulative", "ActionsAreaGraph", "ActionsBar", "ActionsStackedBar", "ActionsUnstackedBar", "ActionsBarValue",
  "ActionsPie", "ActionsTable", "BoldNumber", "WorldMap"];

/** Draws `items`. `settings` are those of the query, `kind` is its kind, `name` the insight's, `properties` what it is broken down by. */
export function trends(items, { settings, kind, name, properties, annotations }, options) {
  const format = axisFormat(settings);
  const { display } = settings;
  const chosen = kind === "LifecycleQuery" && settings.toggledLifecycles ? items.filter((item) => list(settings.toggledLifecycles).includes(item.status ?? "new")) : items;
  if (chosen.length === 0) return h("p", { class: "empty" }, "There is no data yet.");
  const series = seriesOf(chosen, properties, settings);
  const labels = labelsOf(chosen, series);
  const label = labelOf(name, series);
  const table = () => seriesTable(series, labels, format);
  const file = () => seriesFile(series, keysOf(chosen, labels));
  const odd = undrawn(display);
  if (display === "BoldNumber") return total(series, format);
  if (display === "WorldMap") return worldMap(chosen, series, format, options);
  if (display === "ActionsTable") return h("div", {}, onlyTable(table(), options, file()));
  if (odd) return h("div", {}, onlyTable(table(), options, file()), missing([odd, ...unsupported(settings)]));
  if (["ActionsBarValue", "ActionsPie"].includes(display) || labels.length === 0) {
    const isShare = display === "ActionsPie";
    const limits = unsupported(settings, isShare ? ["showPercentStackView", "showValuesOnSeries"] : ["showValuesOnSeries"]);
    return h("div", {}, totals(series, format, { label, isShare }), missing(series.some((one) => one.hasOddColour) ? [...limits, "some of the author's colours"] : limits), numbers(() => seriesTable(series, [], format), options, () => seriesFile(series, [])));
  }
  const upright = ["ActionsBar", "ActionsStackedBar", "ActionsUnstackedBar"].includes(display) || kind === "LifecycleQuery";
  const shape = upright ? "bars" : display === "ActionsAreaGraph" ? "areas" : "lines";
  const stacked = shape !== "lines" && display !== "ActionsUnstackedBar" && settings.stacked !== false;
  const [notes, left] = notesOf(annotations, keysOf(chosen, labels), labels);
  const [drawing, limits] = asSet(shape, series, labels, settings, { format, label, stacked, notes, hasLegend: series.length > 1 || options.showLegend });
  return h("div", {}, drawing, missing([...limits, ...left]), numbers(table, options, file));
}

/** What a screen reader calls a chart. */
export function labelOf(name, series) {
  const names = series.slice(0, 5).map((one) => clip(one.label, 60));
  return `${name}: ${names.join(", ")}${series.length > names.length ? ` and ${series.length - names.length} more` : ""}`;
}

/** The countries, the largest value first: there is no map. */
function worldMap(items, series, format, options) {
  const nameOf = (item, one) => (typeof item.breakdown_value === "string" ? country(inWords(item.breakdown_value)) : one.label);
  const ranked = items.map((item, index) => [nameOf(item, series[index]), series[index].total]).sort((one, other) => (other[1] ?? -Infinity) - (one[1] ?? -Infinity));
  const table = { columns: ["Country", "Value"], rows: ranked, formats: [undefined, format.value] };
  return h("div", {}, onlyTable(table, options), missing(["the map"]));
}

/** What is drawn of each item. Of two periods that are compared, a series has the same hue in both. */
function seriesOf(items, properties, settings) {
  const names = [];
  return items.map((item, place) => {
    const before = item.compare_label === "previous";
    const name = seriesName(item, properties);
    const key = `${object(item.action).order ?? ""} ${name}`;
    const hue = item.compare_label ? (names.includes(key) ? names.indexOf(key) : names.push(key) - 1) : undefined;
    const dates = item.compare_label ? daysOf(item) : [];
    const period = dates.length > 1 ? `${dates[0]} – ${dates.at(-1)}` : dates[0];
    const compared = item.compare_label ? ` – ${item.compare_label}${period ? ` (${period})` : ""}` : "";
    return { label: name + compared, name, data: list(item.data).map(toNumber), total: toNumber(item.aggregated_value ?? item.count), before, hue, dates: before ? dates : null, compared: item.compare_label, ...customized(settings, trendKey(item, place), place) };
  });
}

/** The names of the points for programs: days as the result has them. */
export function keysOf(items, labels) {
  const current = items.find((item) => item.compare_label !== "previous") ?? items[0];
  return labels.map((label, index) => list(current.days)[index] ?? label);
}

/**
 * What `annotations` of the service say about points whose names are the days or times `keys`: at which each is, and in words how many
 * are at none. An annotation belongs to the point that begins last before it.
 */
export function notesOf(annotations, keys, labels) {
  const known = list(annotations).map(object).filter((one) => one.content && !one.deleted);
  const starts = keys.map(timeOf);
  const last = starts.length - 1;
  const end = starts[last] + (last > 0 ? starts[last] - starts[last - 1] : DAY);
  const placed = known.map((one) => {
    const at = timeOf(one.date_marker);
    const place = at >= starts[0] && at < end ? starts.findLastIndex((start) => start <= at) : -1;
    return { place, date: labels[place], text: String(one.content) };
  });
  const notes = placed.filter((note) => note.place >= 0).sort((one, other) => one.place - other.place);
  const outside = known.length - notes.length;
  return [notes, outside ? [`annotations outside of the period (${number(outside)})`] : []];
}

const DAY = 86_400_000;

/** The instant of a day or time; one without a zone is in that of the project, which is not known here and taken for UTC. */
function timeOf(text) {
  const [, day, time] = /^(\d{4}-\d{2}-\d{2})(?:[T ](.+))?$/.exec(text) ?? [];
  const zone = /(Z|[+-]\d{2}:?\d{2})$/.test(time) ? "" : "Z";
  return Date.parse(time ? `${day}T${time}${zone}` : day);
}

const daysOf = (item) => days(list(item.labels).length ? item.labels : list(item.days));

/** The labels of the axis: those of the current period, as many as the longest series needs. */
export function labelsOf(items, series) {
  const current = items.find((item) => item.compare_label !== "previous") ?? items[0];
  const labels = daysOf(current);
  const length = series.reduce((most, one) => Math.max(most, one.data.length), 0);
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
    others.length ? grid(seriesTable(others, [], format)) : null);
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
    label: one.label, value: one.total ?? 0, text: format.value(one.total), hue: one.hue, tint: one.tint, before: one.before,
    note: isShare && one.total !== null ? `${number((100 * (one.total ?? 0)) / whole(one), 1)}%` : null,
  })), { label });
}
