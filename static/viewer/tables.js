// Results as tables: what is no chart, and the numbers of charts.
import { h, list, number, object } from "./dom.js";
import { plain } from "./format.js";

const MOST_ROWS = 500;

/** A table of `rows`, each a list of values; `formats` holds a function for each column whose numbers have one. */
export function grid(columns, rows, formats = []) {
  const isNumber = (value) => typeof value === "number" || /^-?[\d.,  ]+( ?[%€$£])?$/.test(String(value));
  const text = (value, index) => (typeof value === "number" ? (formats[index] ?? number)(value) : value && typeof value === "object" ? JSON.stringify(value) : String(value ?? "–"));
  const shown = rows.slice(0, MOST_ROWS);
  return h("div", {}, scroll(h("table", { class: "numbers" },
    columns.length ? h("thead", {}, h("tr", {}, columns.map((name, index) => h("th", { scope: "col", class: isNumber(rows[0]?.[index]) ? "right" : null }, String(name))))) : null,
    h("tbody", {}, shown.map((row) => h("tr", {}, list(row).map((value, index) => h("td", { class: isNumber(value) ? "right" : null }, text(value, index)))))))),
  rows.length > shown.length ? h("p", { class: "empty" }, `The first ${shown.length} of ${number(rows.length)} rows.`) : null);
}

/** Any value as a table: a list has a row for each item, an object one for each key. */
export function anything(value) {
  const items = Array.isArray(value) ? value : Object.entries(object(value));
  if (items.length === 0) return raw(value);
  const keys = [...new Set(items.flatMap((item) => (Array.isArray(item) ? [] : Object.keys(object(item)))))];
  if (keys.length === 0) return grid([], items.map((item) => (Array.isArray(item) ? item : [item])));
  return grid(keys, items.map((item) => keys.map((key) => object(item)[key])));
}

/** The values of `series` at `labels`. */
export function seriesTable(series, labels, format = plain) {
  const totals = series.some((one) => one.total !== undefined && one.total !== null);
  return grid(["Series", ...labels, ...(totals ? ["Total"] : [])], series.map((one) => {
    const text = (one.format ?? format).value;
    return [one.label, ...labels.map((_, index) => text(one.data[index])), ...(totals ? [text(one.total)] : [])];
  }));
}

/** The numbers of a chart, for people who cannot see it or want them, from the function `table`: closed, and only made when they are
 *  opened, unless the share is `detailed`. */
export function numbers(table, detailed) {
  if (detailed) return table();
  const box = h("details", { class: "figures" }, h("summary", {}, "The numbers"));
  box.addEventListener("toggle", () => box.append(table()), { once: true });
  return box;
}

/** One number, with words below it. */
export const big = (text, ...words) => h("p", { class: "big" }, h("b", {}, text), words.filter(Boolean).map((one) => h("small", {}, one)));

/** What the author set and the picture above does not show. */
export const missing = (things) => (things.length ? h("p", { class: "empty" }, `Not shown here: ${things.join(", ")}.`) : null);

export const scroll = (table) => h("div", { class: "scroll", tabindex: "0" }, table);

export const raw = (value) => h("pre", { class: "raw" }, h("code", {}, JSON.stringify(value, null, 2)));
