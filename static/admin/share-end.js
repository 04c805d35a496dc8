// When a share ends: never, after a span, or on a date.

import { serverTime } from "./api.js";
import { field, h, select, when } from "./dom.js";

const DAY = 24 * 60 * 60;
const SPANS = [["", "Never"], [String(60 * 60), "In an hour"], [String(DAY), "In a day"], [String(7 * DAY), "In a week"], [String(30 * DAY), "In 30 days"], ["date", "On a date"]];

/** The value of a `datetime-local` input for `instant`, in the time zone of the browser. */
const local = (instant) => {
  const date = new Date(instant);
  return new Date(date - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
};

/** The path of what `share` has beyond its sharing configuration. */
export const extras = (base, share) => `${base}/sharing_configurations/${share.parent}/${encodeURIComponent(share.parent_id)}/`;

/**
 * A choice of when a share ends, now at `instant` or never. `value()` resolves with the instant chosen, spans counted from now by
 * the clock of the server; it fails if a date is to be entered. `changed()` is called when a choice is complete.
 */
export function endChoice(instant, changed = () => {}) {
  const choose = select(SPANS, instant ? "date" : "");
  const date = h("input", { type: "datetime-local", required: true, value: instant ? local(instant) : "" });
  const dated = field("Date and time", {}, date);
  const show = () => {
    dated.hidden = choose.value !== "date";
    date.disabled = dated.hidden;
  };
  /** What the end became elsewhere while a date was being entered. */
  let late = null;
  choose.addEventListener("change", () => {
    show();
    if (dated.hidden || date.value) changed();
    else date.focus();
  });
  date.addEventListener("change", () => {
    late = null;
    if (date.value) changed();
  });
  date.addEventListener("blur", () => {
    if (late) set(late.end);
    late = null;
  });
  show();
  const value = async () => {
    if (!choose.value) return null;
    if (!dated.hidden && !date.value) throw new Error("Enter the date and time at which the share ends.");
    return new Date(dated.hidden ? await serverTime() + Number(choose.value) * 1000 : date.value).toISOString();
  };
  const set = (now) => {
    choose.value = now ? "date" : "";
    date.value = now ? local(now) : "";
    show();
  };
  /** Shows that the end is `now`; while a date is being entered, only after it was left as it is. Returns whether it was shown. */
  const follow = (now) => {
    if (document.activeElement === date) late = { end: now };
    else set(now);
    return !late;
  };
  return { node: h("div", {}, field("Ends", {}, choose), dated), value, set, follow };
}

/** When `share` ends or ended; null if it does not. */
export const ending = ({ expires_at: end, expired }) => end && h("small", { class: expired ? "ending error" : "ending" }, expired ? "ended " : "ends ", when(end));
