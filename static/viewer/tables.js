// Results as tables: what is no chart, and the numbers of charts. A table is `{ columns, rows, formats }`: each row is a list of values,
// `formats` has a function for each column whose numbers have one, and `count` is how many rows there are, if not all are in `rows`.
import { h, list, number, object } from "./dom.js";
import { clip, plain } from "./format.js";
import { tools } from "./tools.js";

const MOST_ROWS = 500;
const MOST_COLUMNS = 100;
const WIDE = 60; // points beyond which a table has a row for each instead of a column

/** The elements of a table. Of a very large one they show the beginning, and say so. */
export function grid({ columns, rows, formats = [], count = rows.length }) {
  const isNumber = (value) => typeof value === "number" || /^(–|-?[\d.,  ]+( ?[%€$£]|ms|[dhms]( \d+[hms])*)?)$/.test(String(value));
  const text = (value, index) => (typeof value === "number" ? (formats[index] ?? number)(value) : value && typeof value === "object" ? JSON.stringify(value) : String(value ?? "–"));
  const some = (row) => list(row).slice(0, MOST_COLUMNS);
  const shown = rows.slice(0, MOST_ROWS);
  const width = Math.max(columns.length, list(rows[0]).length);
  const side = (value) => (isNumber(value) ? "right" : String(value ?? "").length > 60 ? "long" : null);
  const limits = [
    count > MOST_ROWS ? `The first ${MOST_ROWS} of ${number(count)} rows.` : null,
    width > MOST_COLUMNS ? `The first ${MOST_COLUMNS} of ${number(width)} columns.` : null,
  ].filter(Boolean);
  return h("div", {}, scroll(h("table", { class: "numbers" },
    columns.length ? h("thead", {}, h("tr", {}, some(columns).map((name, index) => h("th", { scope: "col", class: side(list(rows[0])[index]) }, h("bdi", {}, clip(name)))))) : null,
    h("tbody", {}, shown.map((row) => h("tr", {}, some(row).map((value, index) => h("td", { class: side(value) }, typeof value === "number" ? text(value, index) : isolated(clip(text(value, index), 300)))))))),
  ), limits.length ? h("p", { class: "empty" }, limits.join(" ")) : null);
}

/** Text whose direction does not change that of its surroundings. */
const isolated = (text) => (/[^ -\u024f]/.test(text) ? h("bdi", {}, text) : text);

/** Any value as a table: a list has a row for each item, an object one for each key. */
export function anything(value) {
  const items = Array.isArray(value) ? value : Object.entries(object(value));
  if (items.length === 0) return raw(value);
  const keys = [...new Set(items.flatMap((item) => (Array.isArray(item) ? [] : Object.keys(object(item)))))];
  if (keys.length === 0) return grid({ columns: [], rows: items.map((item) => (Array.isArray(item) ? item : [item])) });
  return grid({ columns: keys, rows: items.map((item) => keys.map((key) => object(item)[key])) });
}

/** The values of `series` at `labels`: a row for each series, or for each point if there are many. */
export function seriesTable(series, labels, format = plain) {
  const hasTotal = series.some((one) => one.total !== undefined && one.total !== null);
  const write = (one, value) => (one.format ?? format).value(value);
  const total = (one) => (hasTotal ? [write(one, one.total)] : []);
  if (labels.length <= WIDE) {
    const rows = series.map((one) => [one.label, ...labels.map((_, index) => write(one, one.data[index])), ...total(one)]);
    return { columns: ["Series", ...labels, ...(hasTotal ? ["Total"] : [])], rows };
  }
  const totals = hasTotal ? [["Total", ...series.flatMap(total)]] : [];
  const rows = labels.slice(0, MOST_ROWS).map((label, index) => [label, ...series.map((one) => write(one, one.data[index]))]);
  return { columns: ["", ...series.map((one) => one.label)], rows: [...totals, ...rows], count: totals.length + labels.length };
}

/** The same values as they are, for programs: a row for each of `keys`, which name the points. */
export const seriesFile = (series, keys) => (keys.length
  ? { columns: ["", ...series.map((one) => one.label)], rows: keys.map((key, index) => [key, ...series.map((one) => one.data[index])]) }
  : { columns: ["Series", "Total"], rows: series.map((one) => [one.label, one.total]) });

/**
 * What is below a drawing: its numbers, to be opened, saved as a file, and itself as a picture. `table` and `file` return tables; the
 * first is only made when it is opened, unless the share is `detailed`.
 */
export function numbers(table, { detailed, tools: hasTools, name }, file = table, hasPicture = true) {
  const save = hasTools ? tools(name, file, hasPicture) : null;
  if (detailed) return [grid(table()), save];
  const box = h("details", { class: "figures" }, h("summary", {}, "The numbers"));
  box.addEventListener("toggle", () => box.append(grid(table())), { once: true });
  return h("div", { class: "below" }, box, save);
}

/** A table that is all there is, and can be saved as a file. */
export const onlyTable = (table, { tools: hasTools, name }, file = table) => [grid(table), hasTools ? tools(name, () => file, false) : null];

/** One number, with words below it. */
export const big = (text, ...words) => h("p", { class: "big" }, h("b", {}, h("bdi", {}, clip(text, 300))), words.filter(Boolean).map((one) => h("small", {}, h("bdi", {}, clip(one)))));

/** What the author set and the picture above does not show. */
export const missing = (things) => (things.length ? h("p", { class: "empty" }, `Not shown here: ${things.join(", ")}.`) : null);

export const scroll = (table) => h("div", { class: "scroll", tabindex: "0" }, table);

export const raw = (value) => h("pre", { class: "raw", tabindex: "0" }, h("code", {}, JSON.stringify(value, null, 2)));
