// The filtered definitions as a file.

import { all } from "./api.js";
import { h, notice } from "./dom.js";

const COLUMNS = ["name", "property_type", "description", "tags", "verified", "hidden", "updated_at"];

/** A cell of CSV. What a spreadsheet would run as a formula is told to be text. */
function cell(value) {
  const text = Array.isArray(value) ? value.join(", ") : String(value ?? "");
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Saves all that `params` find as `kind`, `csv` or `json`. */
export async function exportAs(kind, base, params) {
  const list = (await all(`${base}/property_definitions/?${params}`)).filter((it) => !it.virtual);
  const text = kind === "json" ? `${JSON.stringify(list, null, 2)}\n`
    : [COLUMNS.join(","), ...list.map((it) => COLUMNS.map((column) => cell(it[column])).join(","))].join("\r\n");
  const url = URL.createObjectURL(new Blob([text], { type: kind === "json" ? "application/json" : "text/csv" }));
  h("a", { href: url, download: `property-definitions.${kind}` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
  notice(`${list.length.toLocaleString()} definitions exported.`);
}
