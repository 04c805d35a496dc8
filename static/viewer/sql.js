// SQL insights, drawn as their `display` says: a number, lines, areas, bars, or a table.
import { customized, tintOf } from "./colours.js";
import { h, list, number, object } from "./dom.js";
import { columnFormat, country, days, inWords } from "./format.js";
import { rows as bands } from "./rows.js";
import { big, missing, numbers, onlyTable, seriesFile, seriesTable } from "./tables.js";
import { asSet, labelOf, toNumber, undrawn, unsupported } from "./trends.js";

const SHAPES = { ActionsLineGraph: "lines", ActionsLineGraphCumulative: "lines", ActionsAreaGraph: "areas", ActionsBar: "bars", ActionsStackedBar: "bars", ActionsUnstackedBar: "bars" };

/** Draws `rows`, a list of values each. `node` is the one of the query that holds the display, `names` those of the columns. */
export function sql(names, rows, { node, name }, options) {
  const settings = object(node.chartSettings);
  const columns = names.length ? names : rows[0].map((_, index) => (rows[0].length === 1 ? "Value" : `Column ${index + 1}`));
  const table = () => ({ columns: names, rows, formats: tableFormats(columns, node) });
  const whole = () => onlyTable(table(), options, { columns, rows });
  const { display } = node;
  if (display === "BoldNumber") return oneNumber(columns, rows, settings, () => numbers(table, options, table, false));
  const shape = SHAPES[display];
  if (display === "WorldMap") return worldMap(columns, rows, options);
  if (!shape && display !== "ActionsPie") {
    const odd = undrawn(display);
    return h("div", {}, whole(), odd ? missing([odd]) : null);
  }
  const chosen = axes(columns, rows, settings);
  if (chosen.ys.length === 0) return h("div", {}, whole(), missing(["a chart, because no column holds numbers"]));
  const { series, labels, keys, hidden } = seriesOf(columns, rows, settings, chosen);
  const more = [...chosen.limits, ...(hidden ? [`earlier rows of the same point (${number(hidden)})`] : [])];
  const label = labelOf(name, series);
  const all = numbers(() => seriesTable(series, labels), options, () => seriesFile(series, keys));
  if (display === "ActionsPie") {
    const items = series.flatMap((one) => labels.map((point, index) => ({ label: series.length > 1 ? `${point}, ${one.label}` : point, value: one.data[index] ?? 0, text: one.format.value(one.data[index]), tint: one.tint })));
    return h("div", {}, bands(items, { label }), missing([...chosen.unset, ...more]), all);
  }
  const stacked = display === "ActionsStackedBar" || display === "ActionsAreaGraph";
  const [drawing, limits] = asSet(shape, series, labels, chosen.settings, { format: series[0].format, label, stacked, hasLegend: series.length > 1 || options.showLegend });
  return h("div", {}, drawing, missing([...limits, ...more]), all);
}

/** The first value. If there are more, the table follows, so that it is not taken for all of them. */
function oneNumber(columns, rows, settings, more) {
  const chosen = object(list(settings.yAxis)[0]);
  const index = Math.max(0, columns.indexOf(chosen.column));
  const value = rows[0][index];
  const words = typeof value === "number" ? columnFormat(object(chosen.settings).formatting).value(value) : String(value ?? "–");
  const isAll = rows.length === 1 && rows[0].length === 1;
  return isAll ? big(words) : h("div", {}, big(words, columns[index]), more());
}

/** Which columns are drawn: `x` along the axis, -1 if none, and `ys`, with a format each. Without settings that name columns,
 *  the first that holds no numbers is `x`, and every column of numbers is drawn. */
function axes(columns, rows, settings) {
  const holdsNumbers = (index) => rows.every((row) => row[index] === null || toNumber(row[index]) !== null) && rows.some((row) => row[index] !== null);
  const places = columns.map((_, index) => index);
  const named = columns.indexOf(object(settings.xAxis).column);
  const words = places.find((index) => !holdsNumbers(index));
  const x = named >= 0 ? named : words ?? (columns.length > 1 ? 0 : -1);
  const split = columns.indexOf(settings.seriesBreakdownColumn);
  const wanted = list(settings.yAxis).map(object).filter((one) => columns.includes(one.column));
  const ys = wanted.length ? wanted.map((one) => columns.indexOf(one.column)) : places.filter((index) => index !== x && index !== split);
  const drawn = ys.filter(holdsNumbers);
  const looks = (index) => object(object(wanted.find((one) => one.column === columns[index])).settings);
  const display = drawn.map((index) => object(looks(index).display));
  const known = { ...settings, showPercentStackView: settings.stackBars100, yAxisScaleType: object(settings.leftYAxisSettings).scale };
  const limits = [
    ...(display.some((one) => one.yAxisPosition === "right") ? ["a second axis"] : []),
    ...(display.some((one) => one.displayType && one.displayType !== "auto") ? ["lines and bars in one chart"] : []),
    ...(display.some((one) => one.trendLine) ? ["trend lines"] : []),
    ...(display.some((one) => one.color && tintOf(one.color) === undefined) ? ["some of the author's colours"] : []),
    ...ys.filter((index) => !drawn.includes(index)).map((index) => `${columns[index]}, which is no number`),
  ];
  return { x, ys: drawn, limits, settings: known, unset: unsupported(known, ["showValuesOnSeries"]), formats: drawn.map((index) => ({ ...columnFormat(looks(index).formatting), label: object(looks(index).display).label, tint: tintOf(object(looks(index).display).color) })) };
}

/** The series, and the labels of their points: a series for each column, or, with a column that breaks them down, for each value of it.
 *  Then a point has room for one row, the last: `hidden` is how many rows have none. */
function seriesOf(columns, rows, settings, { x, ys, formats }) {
  const split = columns.indexOf(settings.seriesBreakdownColumn);
  const name = (place) => formats[place].label || columns[ys[place]];
  if (split < 0 || split === x) {
    const series = ys.map((index, place) => ({ label: name(place), format: formats[place], tint: formats[place].tint, data: rows.map((row) => toNumber(row[index])) }));
    const keys = x < 0 ? rows.map((_, index) => String(index + 1)) : rows.map((row) => text(row[x]));
    return { series, labels: days(keys), keys, hidden: 0 };
  }
  const points = new Map();
  const place = (row) => (x < 0 ? "" : text(row[x]));
  for (const row of rows) if (!points.has(place(row))) points.set(place(row), points.size);
  const parts = Map.groupBy(rows, (row) => text(row[split]));
  const series = [...parts].flatMap(([value, own]) => ys.map((index, at) => {
    const data = Array.from(points, () => null);
    for (const row of own) data[points.get(place(row))] = toNumber(row[index]);
    return { label: ys.length > 1 ? `${value} – ${name(at)}` : value, format: formats[at], data, ...customized({ resultCustomizations: settings.resultCustomizations }, String(own[0][split])) };
  }));
  const shown = new Set(rows.map((row) => JSON.stringify([place(row), text(row[split])])));
  const keys = [...points.keys()];
  return { series, labels: days(keys), keys, hidden: rows.length - shown.size };
}

/** The rows, the largest value first, with names of countries: there is no map. */
function worldMap(columns, rows, options) {
  const value = columns.findIndex((_, index) => rows.some((row) => toNumber(row[index]) !== null));
  const named = rows.map((row) => row.map((one) => (typeof one === "string" && /^[A-Z]{2}$/.test(one) ? country(one) : one)));
  const ranked = value < 0 ? named : named.sort((one, other) => (toNumber(other[value]) ?? -Infinity) - (toNumber(one[value]) ?? -Infinity));
  return h("div", {}, onlyTable({ columns, rows: ranked }, options, { columns, rows }), missing(["the map"]));
}

function text(value) {
  if (value === null || value === undefined || value === "") return "None";
  return typeof value === "object" ? JSON.stringify(value) : inWords(value);
}

/** The formats of a table's columns that have one. */
function tableFormats(columns, node) {
  const chosen = list(object(node.tableSettings).columns).map(object);
  return columns.map((name) => {
    const formatting = object(chosen.find((one) => one.column === name)?.settings).formatting;
    return formatting ? columnFormat(formatting).value : undefined;
  });
}

/** The column names of a SELECT, if their number is that of the columns. */
export function aliases(query, count) {
  const found = /^\s*select\s+([\s\S]+?)\s+from\s/i.exec(typeof query === "string" ? query : "");
  if (!found) return [];
  let depth = 0;
  const parts = [""];
  for (const sign of found[1]) {
    depth += sign === "(" ? 1 : sign === ")" ? -1 : 0;
    if (sign === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += sign;
  }
  const names = parts.map((part) => /([\w$]+)\s*$/.exec(part)?.[1] ?? part.trim());
  return names.length === count ? names : [];
}
