// Exports the definitions that match the filters to a file.

import { api } from "./api.js";
import { button, dialog, h, notice, save } from "./dom.js";

/** Definitions for each request. */
const PAGE = 5000;

/** A CSV cell (RFC 4180). A leading apostrophe makes text of what a spreadsheet would run as a formula. */
function cell(value) {
  const text = Array.isArray(value) ? value.join(", ") : String(value ?? "");
  const safe = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/u.test(text) ? `'${text}` : text;
  return /[",;\t\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const FORMATS = {
  // Spreadsheets recognize UTF-8 only by the byte order mark.
  csv: (columns) => ({ type: "text/csv", start: `\ufeff${columns.join(",")}\r\n`, item: (it) => `${columns.map((column) => cell(it[column])).join(",")}\r\n`, between: "", end: "" }),
  json: () => ({ type: "application/json", start: "[\n", item: (it) => JSON.stringify(it), between: ",\n", end: "\n]\n" }),
};

/** Progress of an export, with a button to stop it. `max` is the number of definitions. */
function progress(max, stop) {
  const bar = h("progress", { max, value: 0, "aria-label": "Exported" });
  const progress = h("p", { class: "quiet" });
  let done = null;
  dialog(`Exporting ${max.toLocaleString()} definitions`, (close) => {
    done = close;
    return [bar, progress, h("div", { class: "buttons" }, button("Stop", () => close()))];
  }).then(stop);
  return { close: done, show: (count) => {
    bar.value = count;
    progress.textContent = `${count.toLocaleString()} so far`;
  } };
}

/** Saves all results of `query` at `path` as `format`, `csv` or `json`; `kind` says which definitions they are. */
export async function exportAs(format, kind, path, query) {
  const { type, start, item, between, end } = FORMATS[format](kind.columns);
  const stop = new AbortController();
  const parts = [start];
  let meter = null;
  let count = 0;
  let before = new Set(); // ids of the previous page: new definitions shift the pages, so some appear twice
  try {
    for (let offset = 0, isLast = false; !isLast; offset += PAGE) {
      const page = await api("GET", `${path}?${query}&limit=${PAGE}&offset=${offset}`, undefined, stop.signal);
      const fresh = page.results.filter((it) => !before.has(it.id));
      before = new Set(page.results.map((it) => it.id));
      if (count && fresh.length) parts.push(between);
      parts.push(new Blob([fresh.map(item).join(between)]));
      count += fresh.length;
      isLast = !page.next;
      if (!isLast) meter ??= progress(page.count, () => stop.abort());
      meter?.show(count);
    }
    save([...parts, end], type, `${kind.file}.${format}`);
    notice(`${count.toLocaleString()} definitions exported.`);
  } catch (error) {
    if (error.name !== "AbortError") throw error;
    notice("The export was stopped.");
  } finally {
    meter?.close(true);
  }
}
