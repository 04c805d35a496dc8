// Formats of values, as the display settings of an insight say.
import { number } from "./dom.js";

const text = (value) => (typeof value === "string" ? value : "");
const compact = (value) => value.toLocaleString(undefined, { notation: "compact", maximumFractionDigits: 2 });
const short = (value) => (Math.abs(value) >= 10000 ? compact(value) : number(value));

/** Steps of an axis of seconds that people count in. */
const SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 432000, 864000, 2592000, 8640000, 31536000];

/** A format: `value` for texts, `tick` for axes, where there is less room, `steps` of the axis if they are not decimal. */
const format = (value, tick = value, steps = undefined) => ({ value, tick, steps });

export const plain = format((value) => number(value), short);
export const percent = format((value) => (typeof value === "number" ? `${number(value)}%` : number(value)));

/** The format of an axis, from a `trendsFilter` and the like. A currency is dollars, which is what a new project has; the
 *  result does not say which. */
export function axisFormat(settings) {
  const { aggregationAxisFormat: kind, decimalPlaces, minDecimalPlaces } = settings;
  const digits = places(decimalPlaces) ?? Math.max(2, places(minDecimalPlaces) ?? 0);
  const padded = (value) => number(value, digits, Math.min(digits, places(minDecimalPlaces) ?? 0));
  const dollars = (value, options) => value.toLocaleString(undefined, { style: "currency", currency: "USD", ...options });
  const chosen = {
    percentage: format((value) => `${padded(value)}%`),
    percentage_scaled: format((value) => `${padded(value * 100)}%`),
    duration: format(duration, duration, SECONDS),
    duration_ms: format((value) => duration(value / 1000), undefined, SECONDS.flatMap((step) => (step === 1 ? [1, 10, 100, 1000] : step * 1000))),
    currency: format((value) => dollars(value, places(decimalPlaces) === undefined ? {} : { minimumFractionDigits: digits, maximumFractionDigits: digits }),
      (value) => dollars(value, { notation: Math.abs(value) >= 10000 ? "compact" : "standard", maximumFractionDigits: 2, minimumFractionDigits: 0 })),
    short: format(compact),
  }[kind] ?? format(padded, short);
  return around(chosen, kind === "currency" ? "" : text(settings.aggregationAxisPrefix), text(settings.aggregationAxisPostfix));
}

/** The format of a column of an SQL insight. */
export function columnFormat(settings) {
  const { style, decimalPlaces, prefix, suffix } = settings ?? {};
  const digits = places(decimalPlaces);
  const value = (one) => number(one, digits ?? 2, style ? 0 : digits ?? 0);
  const chosen = { percent: format((one) => `${value(one)}%`), short: format(compact) }[style] ?? format(value, short);
  return around(chosen, text(prefix), text(suffix));
}

/** `inner` with texts before and after it, for finite numbers only. */
function around(inner, before, after) {
  const wrap = (write) => (value) => (Number.isFinite(value) ? `${before}${write(value)}${after}` : number(value));
  return format(wrap(inner.value), wrap(inner.tick), inner.steps);
}

/** A number of decimal places that can be used. */
const places = (value) => (Number.isInteger(value) && value >= 0 && value <= 20 ? value : undefined);

/** Formats seconds: `2d 3h`, `1h 1m`, `2m 12s`, `1.5s`, `250ms`. */
export function duration(seconds) {
  if (seconds < 0) return `-${duration(-seconds)}`;
  if (seconds > 0 && seconds < 1) return `${number(seconds * 1000)}ms`;
  const tenths = Math.round(seconds * 10) / 10;
  if (tenths < 60) return `${number(tenths)}s`;
  const whole = seconds < 86400 ? Math.round(seconds) : Math.round(seconds / 3600) * 3600;
  const parts = [[Math.floor(whole / 86400), "d"], [Math.floor(whole / 3600) % 24, "h"], [Math.floor(whole / 60) % 60, "m"], [whole % 60, "s"]];
  return parts.filter(([count]) => count).map(([count, unit]) => number(count) + unit).join(" ");
}

// Made once: for thousands of labels, making them anew takes seconds.
const DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const DATE = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });

/** The labels of an axis: shorter where they name a day, with the year if not all are of the same. */
export function days(values) {
  const dates = values.map(dateOf);
  const years = new Set(dates.map((at) => at?.getFullYear()));
  const form = years.size > 1 ? DATE : DAY;
  return dates.map((at, index) => (at ? form.format(at) : clip(values[index], 40)));
}

/** The day that a label names, in one of the two forms of the service; null if it names none. */
function dateOf(value) {
  const iso = /^(\d{4})-(\d{2})-(\d{2})(?:$|[T ]00:00(?!:[\d.]*[1-9]))/.exec(value);
  const named = iso ? null : /^(\d{1,2})-([A-Z][a-z]{2})-(\d{4})$/.exec(value);
  if (named) return known(new Date(`${named[1]} ${named[2]} ${named[3]}`));
  if (!iso) return null;
  const at = new Date(2000, 0, 1);
  at.setFullYear(+iso[1], iso[2] - 1, +iso[3]); // the constructor takes the year 50 for 1950
  return at.getDate() === +iso[3] && at.getMonth() === iso[2] - 1 ? at : null; // February 31 is no day
}

const known = (at) => (Number.isNaN(at.getTime()) ? null : at);

/** The beginning of a long text. */
export function clip(text, most = 120) {
  const words = String(text);
  const signs = words.length > most ? [...words.slice(0, 2 * most + 2)] : [];
  return signs.length > most ? `${signs.slice(0, most).join("")}…` : words;
}

const SENTINELS = { $$_posthog_breakdown_other_$$: "Other", $$_posthog_breakdown_null_$$: "None" };

/** `text` with the service's marks for the rest and for no value as words. */
export const inWords = (text) => Object.entries(SENTINELS).reduce((words, [mark, word]) => words.replaceAll(mark, () => word), String(text));

/** The values of a breakdown as text, null if there is none. `properties` are the names of what is broken down by. */
export function breakdownOf({ breakdown_value: value, breakdown }, properties = []) {
  const parts = [value ?? breakdown ?? []].flat().map((part, index) => (/country_code$/.test(properties[index]) ? country(part) : part));
  const words = parts.filter((part) => part !== null && part !== "").map(inWords);
  return words.length ? words.join(", ") : null;
}

/** The name of a country, of which a result has the code. */
export function country(code) {
  try {
    return new Intl.DisplayNames(undefined, { type: "region" }).of(code);
  } catch {
    return code; // no code of a country
  }
}
