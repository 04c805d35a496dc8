// Tables that people paste, and the query and result of an insight that shows them.

/** The rows of `text`: CSV with commas, semicolons or tabs, whichever the first line has most of. */
export function rowsOf(text) {
  const first = text.split("\n", 1)[0];
  const mark = [",", ";", "\t"].reduce((best, one) => (first.split(one).length > first.split(best).length ? one : best));
  const rows = [[""]];
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    const row = rows.at(-1);
    if (isQuoted && letter === '"' && text[at + 1] === '"') {
      row[row.length - 1] += '"';
      at += 1;
    } else if (letter === '"') isQuoted = !isQuoted;
    else if (!isQuoted && letter === mark) row.push("");
    else if (!isQuoted && letter === "\n") rows.push([""]);
    else if (letter !== "\r" || isQuoted) row[row.length - 1] += letter;
  }
  return rows.map((row) => row.map((cell) => cell.trim())).filter((row) => row.some(Boolean));
}

const isNumber = (cell) => cell === "" || Number.isFinite(Number(cell));
const numberOf = (cell) => (cell === "" ? null : Number(cell));
const isDay = (cell) => /^\d{4}-\d{2}(-\d{2}([ T]\d{2}:\d{2}(:\d{2})?)?)?$/.test(cell);
const trends = (display) => ({ kind: "InsightVizNode", source: { kind: "TrendsQuery", trendsFilter: { display }, series: [] } });

/**
 * The query and result of an insight that shows the table in `text`, whose first row has the names. Days in the first column
 * give lines, one column of numbers gives bars, and anything else a table.
 */
export function insightOf(text) {
  const [names, ...rows] = rowsOf(text);
  if (!names || rows.length === 0) throw new Error("The table needs a row of names and at least one row of values.");
  const odd = rows.findIndex((row) => row.length !== names.length);
  if (odd >= 0) throw new Error(`Row ${odd + 2} has ${rows[odd].length} cells, and the row of names has ${names.length}.`);
  const column = (index) => rows.map((row) => row[index]);
  const areNumbers = names.slice(1).every((_, index) => column(index + 1).every(isNumber));
  if (names.length > 1 && areNumbers && column(0).every(isDay)) {
    const days = column(0);
    return { query: trends("ActionsLineGraph"), result: names.slice(1).map((label, index) => {
      const data = column(index + 1).map(numberOf);
      return { label, days, labels: days, data, count: data.reduce((sum, one) => sum + (one ?? 0), 0) };
    }) };
  }
  if (names.length === 2 && areNumbers) return { query: trends("ActionsBarValue"), result: rows.map(([label, value]) => ({ label, data: [], aggregated_value: numberOf(value) ?? 0 })) };
  return { query: null, result: rows.map((row) => Object.fromEntries(row.map((cell, index) => [names[index] || `Column ${index + 1}`, cell !== "" && isNumber(cell) ? Number(cell) : cell]))) };
}
