// Retention: cohorts, and what part of each came back.
import { h, number, object } from "./dom.js";
import { breakdownOf, days } from "./format.js";
import { missing, scroll } from "./tables.js";
import { tools } from "./tools.js";
import { toNumber } from "./trends.js";

const LENGTHS = { hour: 3_600_000, day: 86_400_000, week: 604_800_000 };

/**
 * A row for each cohort, with percents of its first period, or of the period before if `retentionReference` says so. Periods that had not
 * begun when the result was made have no cell, the one that was not over is pale. Above the cohorts is their mean, in which periods that
 * were not over and empty cohorts do not count; with a breakdown, each value has its own.
 */
export function retention(items, { properties, settings, asOf, source }, options) {
  const isOfPrevious = settings.retentionReference === "previous";
  const calculation = settings.meanRetentionCalculation ?? (settings.showMean === false || !(source.retentionFilter || settings.insight === "RETENTION") ? "none" : "simple");
  const starts = days(items.map((item) => item.date ?? item.label));
  const cohorts = items.map((item, index) => {
    const counts = item.values.map((value) => toNumber(object(value).count));
    const shares = counts.map((count, place) => share(count, counts[isOfPrevious && place ? place - 1 : 0]));
    const begun = item.values.filter((_, place) => !(startOf(item.date, place, settings.period) > asOf)).length;
    const isOver = (place) => !(startOf(item.date, place + 1, settings.period) > asOf);
    return { name: [breakdownOf(item, properties), starts[index]].filter(Boolean).join(", "), part: breakdownOf(item, properties), size: counts[0], counts, shares, begun, isOver };
  });
  const width = cohorts.reduce((most, cohort) => Math.max(most, cohort.begun), 0);
  const places = Array.from({ length: width }, (_, place) => place);
  const titles = places.map((place) => object(items[0].values[place]).label ?? String(place));
  const row = (cohort) => h("tr", {}, h("th", { scope: "row" }, cohort.name), h("td", {}, number(cohort.size)),
    places.map((place) => (place < cohort.begun ? cell(cohort.shares[place], number(cohort.counts[place]), cohort.isOver(place)) : h("td", {}))));
  const meanRow = (group) => {
    const sizes = group.reduce((sum, cohort) => sum + (cohort.size ?? 0), 0);
    const name = [group[0].part, calculation === "weighted" ? "Weighted mean" : "Mean"].filter(Boolean).join(", ");
    return h("tr", { class: "mean" }, h("th", { scope: "row" }, name), h("td", {}, number(sizes)), places.map((place) => cell(mean(group, place, calculation), null, true)));
  };
  const groups = [...Map.groupBy(cohorts, (cohort) => cohort.part).values()];
  const table = scroll(h("table", { class: "numbers" },
    h("thead", {}, h("tr", {}, ["Start", "Size", ...titles].map((title) => h("th", { scope: "col" }, title)))),
    h("tbody", {}, groups.flatMap((group) => [calculation === "none" ? null : meanRow(group), ...group.map(row)]))));
  const file = { columns: ["Start", ...titles], rows: cohorts.map((cohort) => [cohort.name, ...cohort.counts.slice(0, cohort.begun)]) };
  const isChart = settings.display && settings.display !== "ActionsTable";
  const isUnfinished = cohorts.some((cohort) => cohort.begun && !cohort.isOver(cohort.begun - 1));
  return h("div", {}, table, isOfPrevious ? h("p", { class: "empty" }, "Percent of the period before.") : null,
    isUnfinished ? h("p", { class: "empty" }, "Pale periods were not over when the result was made.") : null,
    missing(isChart ? ["the chart"] : []), options.tools ? tools(options.name, () => file, false) : null);
}

const share = (count, size) => (count === null ? null : size ? (100 * count) / size : 0);

/** When the period `place` of a cohort begins; NaN if the result does not say when the cohort does. */
function startOf(date, place, period = "Day") {
  const at = new Date(date ?? NaN);
  const unit = String(period).toLowerCase();
  if (unit === "month") return at.setUTCMonth(at.getUTCMonth() + place);
  return at.getTime() + place * (LENGTHS[unit] ?? LENGTHS.day);
}

/** The mean of a period over cohorts; null if there is none to count. */
function mean(cohorts, place, calculation) {
  const counted = cohorts.filter((cohort) => cohort.size > 0 && place < cohort.begun && cohort.isOver(place) && cohort.shares[place] !== null);
  const weight = (cohort) => (calculation === "weighted" ? cohort.size : 1);
  const whole = counted.reduce((sum, cohort) => sum + weight(cohort), 0);
  return whole ? counted.reduce((sum, cohort) => sum + weight(cohort) * cohort.shares[place], 0) / whole : null;
}

function cell(share, title, isOver) {
  if (share === null) return h("td", { class: "heat" }, "–");
  return h("td", { class: `heat heat-${Math.max(0, Math.min(10, Math.round(share / 10)))}${isOver ? "" : " unfinished"}`, title }, `${number(share, 0)}%`);
}
