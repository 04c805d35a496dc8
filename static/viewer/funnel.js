// Funnels: steps, rates over time, and times to convert.
import { chart } from "./chart.js";
import { customized, funnelKey } from "./colours.js";
import { h, list, number, object } from "./dom.js";
import { breakdownOf, clip, duration, percent, plain } from "./format.js";
import { rows } from "./rows.js";
import { big, missing, numbers, seriesFile, seriesTable } from "./tables.js";
import { asSet, keysOf, labelOf, labelsOf, notesOf, toNumber, unsupported } from "./trends.js";

const share = (part, whole) => (toNumber(part) === null ? "–" : `${number((100 * part) / (whole || 1), 1)}%`);
const nameOf = (step) => String(step.custom_name || step.name || "Step");

/** The steps of a funnel; a list of such lists is one funnel for each value of a breakdown. Bars lie below each other or, if the author
 *  has them from left to right, stand side by side. */
export function steps(items, about, options) {
  const { settings, properties } = about;
  const isSplit = Array.isArray(items[0]);
  const funnels = (isSplit ? items.filter((own) => list(own).length) : [items]).map((own, place) => {
    const sorted = [...own].sort((one, other) => (one.order ?? 0) - (other.order ?? 0));
    return { name: isSplit ? breakdownOf(object(own[0]), properties) ?? "None" : null, sorted, start: sorted[0].count || 1, ...customized(settings, funnelKey(sorted[0]), place) };
  });
  const limits = [...unsupported(settings, ["showValuesOnSeries"]), ...(funnels.some((one) => one.hasOddColour) ? ["some of the author's colours"] : [])];
  if (settings.layout === "vertical") return h("div", {}, upright(funnels, options), missing(limits), figures(funnels, options));
  if (!isSplit) return h("div", {}, lying(funnels[0]), missing(limits), figures(funnels, options));
  return h("div", {}, funnels.map((funnel) => h("section", { class: "insight" }, h("p", {}, h("strong", {}, h("bdi", {}, funnel.name))),
    lying(funnel), figures([{ ...funnel, name: null }], { ...options, name: `${options.name}, ${funnel.name}` }))), missing(limits));
}

function lying({ sorted, start, tint }) {
  return rows(sorted.map((step, index) => ({
    label: `${index + 1}. ${nameOf(step)}`,
    value: toNumber(step.count) ?? 0,
    text: toNumber(step.count) === null ? "–" : `${number(step.count)} · ${share(step.count, start)}`,
    note: index === 0 || toNumber(step.count) === null ? null : `${share(step.count, sorted[index - 1].count)} of the step before${step.median_conversion_time ? `, half of them within ${duration(step.median_conversion_time)}` : ""}`,
    tint,
  })), { label: "Funnel", sameColour: true });
}

/** How many percent of those who began reached each step, which is what funnels of different sizes have in common. */
function upright(funnels, options) {
  const longest = funnels.reduce((most, { sorted }) => (sorted.length > most.length ? sorted : most), []);
  const labels = longest.map((step, index) => clip(`${index + 1}. ${nameOf(step)}`, 40));
  const series = funnels.map(({ name, sorted, start, tint }) => {
    const exact = labels.map((_, index) => toNumber(sorted[index]?.count));
    return { label: name ?? "Reached", tint, exact, data: exact.map((count) => (count === null ? null : (100 * count) / start)) };
  });
  const hidden = funnels.flatMap((one, place) => (one.isHidden ? place : []));
  return chart("bars", series, labels, { axis: percent, label: labelOf(options.name, series), stacked: false, hidden });
}

/** The numbers of funnels: a row for each step. */
function figures(funnels, options) {
  const times = [["Average time", "average_conversion_time"], ["Median time", "median_conversion_time"]].filter(([, key]) => funnels.some(({ sorted }) => sorted.some((step) => step[key])));
  const split = funnels[0].name === null ? [] : ["Part"];
  const each = (row) => funnels.flatMap((funnel) => funnel.sorted.map((step, index) => [...(split.length ? [funnel.name] : []), nameOf(step), ...row(step, index, funnel)]));
  const table = () => ({ columns: [...split, "Step", "Reached", "Of the first", "Of the step before", "Lost", ...times.map(([title]) => title)], rows: each((step, index, { sorted, start }) => {
    const before = index ? sorted[index - 1].count ?? 0 : step.count ?? 0;
    return [number(step.count), share(step.count, start), share(step.count, before), number(before - step.count),
      ...times.map(([, key]) => (step[key] ? duration(step[key]) : "–"))];
  }) });
  const file = () => ({ columns: [...split, "Step", "Reached", "Average seconds", "Median seconds"], rows: each((step) => [step.count, step.average_conversion_time, step.median_conversion_time]) });
  return numbers(table, options, file);
}

/** The rate of each day: how many percent of those who began then reached the last step. */
export function overTime(items, { name, properties, settings, annotations }, options) {
  const series = items.map((item, place) => ({ label: breakdownOf(item, properties) ?? "Conversion rate", data: list(item.data).map(toNumber), ...customized(settings, funnelKey(item), place) }));
  const labels = labelsOf(items, series);
  const [notes, left] = notesOf(annotations, keysOf(items, labels), labels);
  const label = labelOf(`${name}, conversion rate over time`, series);
  const [drawing, limits] = asSet("lines", series, labels, settings, { format: percent, label, notes, hasLegend: series.length > 1 || options.showLegend });
  return h("div", {}, drawing, missing([...limits, ...left]), numbers(() => seriesTable(series, labels, percent), options, () => seriesFile(series, keysOf(items, labels))));
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
