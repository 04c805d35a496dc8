// An insight: its stored result, or a description of its query.
import { bars, legend, lines, rows } from "./chart.js";
import { h, instant, list, number, object } from "./dom.js";

const KINDS = {
  TrendsQuery: "Trends", FunnelsQuery: "Funnel", RetentionQuery: "Retention", PathsQuery: "Paths",
  StickinessQuery: "Stickiness", LifecycleQuery: "Lifecycle", HogQLQuery: "SQL", EventsQuery: "Events",
};
const MATHS = {
  dau: "unique users", total: "count", weekly_active: "weekly active users", monthly_active: "monthly active users",
  unique_session: "unique sessions", avg: "average", sum: "sum", min: "minimum", max: "maximum", median: "median",
};

/** The display name of `insight`. */
export const nameOf = (insight) => insight.name || insight.derived_name || "Insight";

/** The query inside the nodes that describe its display. */
function sourceOf(query) {
  let inner = object(query);
  for (let depth = 0; depth < 5 && inner.source && typeof inner.source === "object"; depth += 1) inner = inner.source;
  return inner;
}

/** The content of `insight`, with the settings `legend` and `detailed` of the share. */
export function insightBody(insight, options = {}) {
  const result = insight.result;
  if (result === null || result === undefined) return description(insight.query ?? insight.filters);
  try {
    return drawn(insight, result, options) ?? raw(result);
  } catch {
    return raw(result); // an unknown format
  }
}

function drawn(insight, result, options) {
  const source = sourceOf(insight.query);
  if (typeof result === "number" || typeof result === "string") return bigNumber(result, "");
  const inner = Array.isArray(result) ? result : result.results ?? result.result;
  if (!Array.isArray(inner)) return null;
  const columns = list(object(result).columns).length ? result.columns : list(insight.columns);
  const items = list(inner);
  if (items.length === 0) return h("p", { class: "empty" }, "There is no data yet.");
  const first = items[0];
  if (source.kind === "FunnelsQuery" || (first && "order" in object(first) && "count" in object(first) && !("data" in first))) return funnel(items, options);
  if (Array.isArray(first?.values)) return retention(items);
  if (Array.isArray(first?.data)) return trends(items, source, insight, options);
  if (Array.isArray(first)) return grid(columns.length ? columns : aliases(source.query, first.length), items);
  if (first && typeof first === "object") return grid(Object.keys(first), items.map((item) => Object.keys(first).map((key) => item[key])));
  if (items.every((item) => typeof item !== "object")) return grid(columns, items.map((item) => [item]));
  return null;
}

function trends(items, source, insight, { showLegend, detailed }) {
  const settings = object(source.trendsFilter ?? source.stickinessFilter ?? source.lifecycleFilter);
  const display = settings.display ?? object(object(insight.query).display ? insight.query : insight.filters).display;
  const unit = typeof settings.aggregationAxisPostfix === "string" ? settings.aggregationAxisPostfix : "";
  const series = items.map((item) => ({
    label: seriesName(item),
    data: item.data.map((value) => (typeof value === "number" ? value : Number(value) || 0)),
    total: item.aggregated_value ?? item.count,
  }));
  const labels = list(items[0].labels).length ? items[0].labels.map(day) : list(items[0].days).map(day);
  while (labels.length < series[0].data.length) labels.push(String(labels.length + 1));
  const label = `${nameOf(insight)}: ${series.map((one) => one.label).join(", ")}`;
  const table = () => seriesTable(series, labels, unit);
  if (display === "BoldNumber") return bigNumber(series[0].total, unit, series[0].label);
  if (display === "ActionsTable") return table();
  if (display === "ActionsBarValue" || display === "ActionsPie" || display === "WorldMap" || series[0].data.length === 0) {
    const whole = series.reduce((sum, one) => sum + (one.total ?? 0), 0) || 1;
    return rows(series.map((one) => ({
      label: one.label, value: one.total ?? 0, text: number(one.total) + unit,
      note: display === "ActionsPie" ? `${number((100 * (one.total ?? 0)) / whole, 1)} %` : null,
    })), { label });
  }
  const upright = ["ActionsBar", "ActionsStackedBar", "ActionsUnstackedBar"].includes(display) || source.kind === "LifecycleQuery";
  const chart = upright || series[0].data.length === 1
    ? bars(series, labels, { unit, label, stacked: display !== "ActionsUnstackedBar" })
    : lines(series, labels, { unit, label, filled: display === "ActionsAreaGraph" });
  return h("div", {}, chart, series.length > 1 || showLegend ? legend(series) : null, detailed ? table() : folded(table()));
}

/** The values of a chart as a table, for people who cannot see it or want the numbers. */
const folded = (table) => h("details", { class: "figures" }, h("summary", {}, "The numbers"), table);

function seriesName(item) {
  const action = object(item.action);
  const name = item.label ?? action.custom_name ?? action.name ?? "Series";
  const breakdown = Array.isArray(item.breakdown_value) ? item.breakdown_value.join(", ") : item.breakdown_value;
  const known = breakdown === undefined || breakdown === null || breakdown === "" || String(name).includes(String(breakdown));
  return known ? String(name) : `${name} – ${breakdown}`;
}

/** A label of the time axis; shorter if it is a day. */
function day(text) {
  const iso = /^(\d{4})-(\d{2})-(\d{2})(?:$|[T ]00:00)/.exec(text);
  const named = /^(\d{1,2})-([A-Z][a-z]{2})-(\d{4})$/.exec(text);
  const at = iso ? new Date(+iso[1], iso[2] - 1, +iso[3]) : named ? new Date(`${named[1]} ${named[2]} ${named[3]}`) : null;
  return at && !Number.isNaN(at.getTime()) ? at.toLocaleDateString(undefined, { day: "numeric", month: "short" }) : String(text);
}

function seriesTable(series, labels, unit) {
  const heads = ["Series", ...labels, "Total"];
  return grid(heads, series.map((one) => [one.label, ...one.data.map((value) => number(value) + unit), number(one.total) + unit]));
}

function bigNumber(value, unit, label) {
  return h("p", { class: "big" }, h("b", {}, number(value) + unit), label ? h("small", {}, label) : null);
}

function funnel(items, options) {
  if (Array.isArray(items[0])) {
    return h("div", {}, items.map((steps) => [h("h4", {}, String(list(steps[0]?.breakdown_value).join(", ") || steps[0]?.breakdown_value || "")), funnel(steps, options)]));
  }
  const steps = [...items].sort((one, other) => (one.order ?? 0) - (other.order ?? 0));
  const start = steps[0].count || 1;
  const percent = (part, whole) => `${number((100 * part) / (whole || 1), 1)} %`;
  const drawing = rows(steps.map((step, index) => ({
    label: `${index + 1}. ${step.custom_name || step.name || "Step"}`,
    value: step.count ?? 0,
    text: `${number(step.count)} · ${percent(step.count, start)}`,
    note: index === 0 ? null : `${percent(step.count, steps[index - 1].count)} of the step before${step.median_conversion_time ? `, half of them within ${duration(step.median_conversion_time)}` : ""}`,
  })), { label: "Funnel", sameColour: true });
  const times = [["Average time", "average_conversion_time"], ["Median time", "median_conversion_time"]].filter(([, key]) => steps.some((step) => step[key]));
  const table = () => grid(["Step", "Reached", "Of the first", "Of the step before", "Lost", ...times.map(([name]) => name)], steps.map((step, index) => {
    const before = index ? steps[index - 1].count ?? 0 : step.count ?? 0;
    return [step.custom_name || step.name || "Step", number(step.count), percent(step.count, start), percent(step.count, before), number(before - step.count),
      ...times.map(([, key]) => (step[key] ? duration(step[key]) : "–"))];
  }));
  return options?.detailed ? h("div", {}, drawing, table()) : drawing;
}

/** Formats seconds for people. */
export function duration(seconds) {
  if (seconds < 90) return `${Math.round(seconds)} seconds`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} minutes`;
  return seconds < 172800 ? `${number(seconds / 3600, 1)} hours` : `${number(seconds / 86400, 1)} days`;
}

function retention(items) {
  const width = Math.max(...items.map((item) => item.values.length));
  const period = items[0].values.map((value, index) => value.label ?? String(index));
  const cell = (value, size) => {
    if (!value) return h("td", {});
    const share = size ? (100 * value.count) / size : 0;
    const heat = Math.round(share / 10);
    return h("td", { class: `heat heat-${Math.min(10, heat)}`, title: number(value.count) }, `${number(share, 0)} %`);
  };
  return scroll(h("table", { class: "numbers" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Start"), h("th", { scope: "col" }, "Size"), Array.from({ length: width }, (_, index) => h("th", { scope: "col" }, period[index] ?? "")))),
    h("tbody", {}, items.map((item) => {
      const size = item.values[0]?.count;
      return h("tr", {}, h("th", { scope: "row" }, item.date ? day(item.date) : item.label), h("td", {}, number(size)),
        Array.from({ length: width }, (_, index) => cell(item.values[index], size)));
    }))));
}

/** The column names of a SELECT, if their number is that of the columns. */
function aliases(sql, count) {
  const list = /^\s*select\s+([\s\S]+?)\s+from\s/i.exec(typeof sql === "string" ? sql : "");
  if (!list) return [];
  let depth = 0;
  const parts = [""];
  for (const sign of list[1]) {
    depth += sign === "(" ? 1 : sign === ")" ? -1 : 0;
    if (sign === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += sign;
  }
  const names = parts.map((part) => /([\w$]+)\s*$/.exec(part)?.[1] ?? part.trim());
  return names.length === count ? names : [];
}

function grid(columns, items) {
  const isNumber = (value) => typeof value === "number" || /^[\d.,  ]+( ?[%€$£])?$/.test(String(value));
  const text = (value) => (typeof value === "number" ? number(value) : value && typeof value === "object" ? JSON.stringify(value) : String(value ?? "–"));
  const shown = items.slice(0, 500);
  return h("div", {}, scroll(h("table", { class: "numbers" },
    columns.length ? h("thead", {}, h("tr", {}, columns.map((name, index) => h("th", { scope: "col", class: isNumber(items[0]?.[index]) ? "right" : null }, String(name))))) : null,
    h("tbody", {}, shown.map((item) => h("tr", {}, list(item).map((value) => h("td", { class: isNumber(value) ? "right" : null }, text(value)))))))),
  items.length > shown.length ? h("p", { class: "empty" }, `The first ${shown.length} of ${number(items.length)} rows.`) : null);
}

const scroll = (table) => h("div", { class: "scroll", tabindex: "0" }, table);

const raw = (value) => h("pre", { class: "raw" }, h("code", {}, JSON.stringify(value, null, 2)));

/** Describes a query, with the query itself in a collapsed block. */
export function description(query) {
  const source = sourceOf(query);
  if (Object.keys(source).length === 0) return h("p", { class: "empty" }, "This insight has no query yet.");
  const facts = [];
  const add = (name, ...values) => values.flat().filter(Boolean).length && facts.push(h("dt", {}, name), h("dd", {}, ...values));
  const sql = typeof source.query === "string" ? source.query : null;
  add("Kind", KINDS[source.kind] ?? String(source.kind ?? source.insight ?? "Query"));
  add("Series", list(source.series ?? source.events).map((one) => h("div", {}, seriesWords(object(one)))));
  const range = object(source.dateRange);
  add("Period", [range.date_from, range.date_to].filter(Boolean).map(String).join(" to "), source.interval ? ` by ${source.interval}` : "");
  const breakdown = object(source.breakdownFilter);
  add("Broken down by", list(breakdown.breakdowns).map((one) => object(one).property).concat(breakdown.breakdown).flat().filter(Boolean).map(String).join(", "));
  add("Only where", list(source.properties).map((one) => h("div", {}, filterWords(object(one)))));
  return h("div", { class: "asked" },
    h("p", { class: "empty" }, "No result is stored for this insight. This is its query:"),
    h("dl", {}, facts),
    sql ? h("pre", {}, h("code", {}, sql)) : h("details", {}, h("summary", {}, "The query itself"), raw(query)));
}

function seriesWords(one) {
  const name = one.custom_name || one.name || one.event || (one.kind === "EventsNode" ? "All events" : one.id ?? one.kind ?? "Series");
  const math = one.math ? MATHS[one.math] ?? one.math : null;
  return `${name}${math ? `, ${math}` : ""}${one.math_property ? ` of ${one.math_property}` : ""}`;
}

function filterWords(filter) {
  const value = Array.isArray(filter.value) ? filter.value.join(", ") : filter.value ?? "";
  return `${filter.key ?? "?"} ${String(filter.operator ?? "exact").replaceAll("_", " ")} ${value}`;
}

/** When the stored result was computed, if known. */
export const freshness = (insight) => (insight.last_refresh ? h("small", { class: "muted" }, `As of ${instant(insight.last_refresh)}`) : null);
