// The author's colours of series, and which of them the author has hidden.
import { object } from "./dom.js";

const PRESETS = 15; // colours of the service's theme, which are the first of ours

/** What a colour of the service is here: `preset-3`, in SQL insights also `var(--data-color-3)`, is the third of the theme. Undefined if
 *  it is neither that nor `#rrggbb`. */
export function tintOf(colour) {
  const preset = Number(/^(?:preset-|var\(--data-color-)(\d{1,3})\)?$/.exec(colour)?.[1]);
  if (preset > 0) return (preset - 1) % PRESETS;
  const [, short, long] = /^#(?:([0-9a-f]{3})|([0-9a-f]{6}))$/i.exec(colour) ?? [];
  return short ? `#${[...short].map((digit) => digit + digit).join("")}` : long && `#${long}`;
}

/** The tint of what the author gave the `key`, or the place of a result by `resultCustomizationBy`, and whether it is hidden. */
export function customized({ resultCustomizations, resultCustomizationBy }, key, place) {
  const { color, hidden } = object(object(resultCustomizations)[resultCustomizationBy === "position" ? place : key]);
  return { tint: tintOf(color), isHidden: hidden === true, hasOddColour: Boolean(color) && tintOf(color) === undefined };
}

/** The key of a series of trends, as the service writes it. */
export function trendKey({ action, breakdown_value: value, compare_label }, place) {
  const { order } = object(action);
  const series = Number.isInteger(order) ? order : place > 0 ? `formula${place + 1}` : "formula";
  return JSON.stringify({ series, breakdown_value: value === undefined ? undefined : [value].flat(), compare_label });
}

/** The key of a part of a funnel. */
export const funnelKey = ({ breakdown_value: value }) => JSON.stringify({ breakdown_value: Array.isArray(value) && value.length === 1 ? value[0] : value });
