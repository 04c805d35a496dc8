// An insight: its stored result, or a description of its query. A result is drawn by its shape, so that one that the query does
// not explain is drawn too; a shape that is not known here becomes a table, and a line below it says so.
import { overTime, steps, timeToConvert } from "./funnel.js";
import { h, instant, list, number, object } from "./dom.js";
import { duration } from "./format.js";
import { retention } from "./retention.js";
import { aliases, sql } from "./sql.js";
import { anything, big, missing, onlyTable, raw } from "./tables.js";
import { trends } from "./trends.js";

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

/** The nodes of a query, from the outer one, which describes the display, to the one that is asked. */
function nodesOf(query) {
  const nodes = [object(query)];
  while (nodes.length < 6 && object(nodes.at(-1).source) === nodes.at(-1).source) nodes.push(nodes.at(-1).source);
  return nodes;
}

const sourceOf = (query) => nodesOf(query).at(-1);

/** The content of `insight`, with the settings `showLegend` and `detailed` of the share; with `tools` it can be saved and copied. */
export function insightBody(insight, options = {}) {
  const result = insight.result;
  if (result === null || result === undefined) return description(insight.query ?? insight.filters);
  try {
    const drawing = drawn(insight, result, { ...options, name: nameOf(insight) });
    return drawing ? h("div", { class: "insight" }, drawing) : unknown(result);
  } catch {
    return unknown(result);
  }
}

const unknown = (result) => h("div", {}, anything(result), missing(["a chart, because the result has a form that this page does not know"]));

function drawn(insight, result, options) {
  if (typeof result !== "object") return big(typeof result === "number" ? number(result) : String(result));
  const about = aboutOf(insight, result);
  const inner = Array.isArray(result) || Array.isArray(result.bins) ? result : result.results ?? result.result;
  if (Array.isArray(object(inner).bins)) return timeToConvert(inner, about, options);
  if (!Array.isArray(inner)) return null;
  if (inner.length === 0) return h("p", { class: "empty" }, "There is no data yet.");
  const first = inner[0];
  const isStep = (item) => "count" in object(item) && !("data" in item) && ("order" in item || about.kind === "FunnelsQuery");
  if (isStep(first) || isStep(list(first)[0])) return steps(inner, about, options);
  if (Array.isArray(first)) return sqlRows(insight, result, inner, about, options);
  if (Array.isArray(first?.values)) return retention(inner, about, options);
  if (first && ["source", "target", "value"].every((key) => key in object(first))) return paths(inner, options);
  if (inner.every((item) => Array.isArray(object(item).data))) return about.isFunnel ? overTime(inner, about, options) : trends(inner, about, options);
  if (inner.some((item) => item && typeof item === "object")) return null;
  return h("div", {}, onlyTable({ columns: list(result.columns ?? insight.columns), rows: inner.map((item) => [item]) }, options));
}

/** What is known of an insight besides its result. The settings of the old `filters` have the same names, in another spelling. */
function aboutOf(insight, result) {
  const nodes = nodesOf(insight.query);
  const source = nodes.at(-1);
  const filters = Object.entries(object(insight.filters)).map(([key, value]) => [key.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase()), value]);
  const own = source.trendsFilter ?? source.stickinessFilter ?? source.lifecycleFilter ?? source.funnelsFilter ?? source.retentionFilter;
  const breakdown = object(source.breakdownFilter);
  const shown = nodes.find((node) => node.display);
  return {
    name: nameOf(insight), kind: source.kind, source,
    properties: list(breakdown.breakdowns).map((one) => object(one).property).concat(breakdown.breakdown ?? []).flat(),
    isFunnel: source.kind === "FunnelsQuery" || object(insight.filters).insight === "FUNNELS",
    annotations: object(own).showAnnotations === false ? [] : [result.annotations, ...nodes.map((node) => node.annotations)].find(Array.isArray),
    asOf: insight.last_refresh ? Date.parse(insight.last_refresh) : Date.now(),
    node: nodes.find((node) => node.kind === "DataVisualizationNode") ?? {},
    settings: { ...Object.fromEntries(filters), ...(shown ? { display: shown.display } : {}), ...object(own) },
  };
}

function sqlRows(insight, result, rows, about, options) {
  const given = [result.columns, insight.columns].find((columns) => list(columns).length);
  return sql(given ?? aliases(about.source.query, rows[0].length), rows, about, options);
}

/** The ways that people took, as a table: `2_/basket` is the page `/basket` as the second step. */
function paths(items, options) {
  const stepOf = (node) => /^(\d+)_([^]*)$/.exec(node)?.slice(1) ?? [null, String(node)];
  const rows = items.map(({ source, target, value, average_conversion_time: time }) => {
    const [[step, from], [, to]] = [stepOf(source), stepOf(target)];
    return [step, from, to, value, ...(time ? [duration(time / 1000)] : [])];
  });
  const hasTime = rows.some((row) => row.length > 4);
  return h("div", {}, onlyTable({ columns: ["Step", "From", "To", "People", ...(hasTime ? ["Average time"] : [])], rows }, options), missing(["the diagram of the paths"]));
}

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
