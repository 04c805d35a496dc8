// Funnels: steps, rates over time, and times to convert.
import { chart } from "./chart.js";
import { h, list, number, object } from "./dom.js";
import { breakdownOf, duration, percent, plain } from "./format.js";
import { rows } from "./rows.js";
import { big, missing, numbers, seriesFile, seriesTable } from "./tables.js";
import { asSet, keysOf, labelOf, labelsOf, toNumber, unsupported } from "./trends.js";

/** The steps of a funnel; a list of such lists is one funnel for each value of a breakdown. */
export function steps(items, about, options) {
  if (Array.isArray(items[0])) {
    const name = (funnel) => breakdownOf(object(funnel[0]), about.properties) ?? "None";
    return h("div", {}, items.map((funnel) => h("section", { class: "insight" }, h("p", {}, h("strong", {}, h("bdi", {}, name(funnel)))), steps(funnel, about, { ...options, name: `${options.name}, ${name(funnel)}` }))));
  }
  const sorted = [...items].sort((one, other) => (one.order ?? 0) - (other.order ?? 0));
  const start = sorted[0].count || 1;
  const share = (part, whole) => (toNumber(part) === null ? "–" : `${number((100 * part) / (whole || 1), 1)}%`);
  const name = (step) => step.custom_name || step.name || "Step";
  const drawing = rows(sorted.map((step, index) => ({
    label: `${index + 1}. ${name(step)}`,
    value: toNumber(step.count) ?? 0,
    text: toNumber(step.count) === null ? "–" : `${number(step.count)} · ${share(step.count, start)}`,
    note: index === 0 || toNumber(step.count) === null ? null : `${share(step.count, sorted[index - 1].count)} of the step before${step.median_conversion_time ? `, half of them within ${duration(step.median_conversion_time)}` : ""}`,
  })), { label: "Funnel", sameColour: true });
  const times = [["Average time", "average_conversion_time"], ["Median time", "median_conversion_time"]].filter(([, key]) => sorted.some((step) => step[key]));
  const table = () => ({ columns: ["Step", "Reached", "Of the first", "Of the step before", "Lost", ...times.map(([title]) => title)], rows: sorted.map((step, index) => {
    const before = index ? sorted[index - 1].count ?? 0 : step.count ?? 0;
    return [name(step), number(step.count), share(step.count, start), share(step.count, before), number(before - step.count),
      ...times.map(([, key]) => (step[key] ? duration(step[key]) : "–"))];
  }) });
  const file = () => ({ columns: ["Step", "Reached", "Average seconds", "Median seconds"], rows: sorted.map((step) => [name(step), step.count, step.average_conversion_time, step.median_conversion_time]) });
  return h("div", {}, drawing, missing(unsupported(about.settings, ["showValuesOnSeries"])), numbers(table, options, file));
}

/** The rate of each day: how many percent of those who began then reached the last step. */
export function overTime(items, { name, properties, settings }, options) {
  const series = items.map((item) => ({ label: breakdownOf(item, properties) ?? "Conversion rate", data: list(item.data).map(toNumber) }));
  const labels = labelsOf(items, series);
  const label = labelOf(`${name}, conversion rate over time`, series);
  const [drawing, limits] = asSet("lines", series, labels, settings, { format: percent, label, hasLegend: series.length > 1 || options.showLegend });
  return h("div", {}, drawing, missing(limits), numbers(() => seriesTable(series, labels, percent), options, () => seriesFile(series, keysOf(items, labels))));
}

/** How many took how long: `bins` are pairs of the seconds at which one begins and the number in it. */
export function timeToConvert({ bins, average_conversion_time: average }, { name }, options) {
  const known = bins.filter((bin) => Array.isArray(bin) && toNumber(bin[0]) !== null);
  if (known.every(([, count]) => !count)) return h("p", { class: "empty" }, "No one has reached the last step yet.");
  const width = known.length > 1 ? known[1][0] - known[0][0] : 0;
  const range = ([start], index) => (width > 0 ? `${duration(start)} – ${duration(known[index + 1]?.[0] ?? start + width)}` : duration(start));
  const series = [{ label: "People", data: known.map(([, count]) => toNumber(count)) }];
  const whole = series[0].data.reduce((sum, count) => sum + (count ?? 0), 0);
  const table = () => ({ columns: ["Time to convert", "People", "Part"], rows: known.map((bin, index) => [range(bin, index), plain.value(bin[1]), `${number((100 * bin[1]) / whole, 1)}%`]) });
  const file = () => ({ columns: ["From seconds", "People"], rows: known });
  return h("div", {}, toNumber(average) === null ? null : big(duration(average), "on average"),
    chart("bars", series, known.map(range), { label: `${name}: time to convert` }), numbers(table, options, file));
}
