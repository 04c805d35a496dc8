// What the pointer or the keyboard is at in a chart: a list of all series at that point, the largest value first, the nearest marked.
import { h } from "./dom.js";
import { clip, percent } from "./format.js";
import { mark } from "./legend.js";

const FEW = 4; // series of which a screen reader says all

/** The text of a value: with its part of the whole, if that is what is drawn. */
function text(one, index, format) {
  const value = (one.exact ?? one.data)[index];
  const words = (one.format ?? format).value(value);
  return one.exact && one.data[index] !== null ? `${words} · ${percent.value(one.data[index])}` : words;
}

/** What a screen reader says of a whole chart. */
export function summary(series, labels, format) {
  const last = labels.length - 1;
  const names = series.slice(0, FEW).map((one) => `${clip(one.label, 40)} ${text(one, last, format)}`);
  return last < 0 ? "No points" : `${labels[last]}: ${names.join(", ")}${series.length > FEW ? `, and ${series.length - FEW} more` : ""}`;
}

/**
 * Explores a chart of `series` in `box`. `plan` says where its values are. Returns hooks of uPlot, and what keys, the focus and the
 * pointer do. A click pins the list, so that a long one can be scrolled.
 */
export function explorer(box, { kind, series, labels, format, notes }, plan) {
  const names = h("div", { class: "tip-list" });
  const head = h("strong", {});
  const tip = h("div", { class: "tip", hidden: true, "aria-hidden": "true" }, head, names); // the box has a text for screen readers
  let chosen = null; // the place of the series that the keyboard is at
  const sorted = (index) => [...series.keys()].sort((one, other) => (series[other].data[index] ?? -Infinity) - (series[one].data[index] ?? -Infinity));

  const distance = (plot, place) => {
    const end = plan.values[place][plot.cursor.idx] ?? null;
    if (end === null) return Infinity;
    const sides = [end, plan.starts?.[place][plot.cursor.idx] ?? end].map((value) => plot.valToPos(value, "y"));
    return Math.max(Math.min(...sides) - plot.cursor.top, plot.cursor.top - Math.max(...sides), 0);
  };
  const nearest = (plot) => {
    const distances = series.map((_, place) => distance(plot, place));
    const least = distances.reduce((one, other) => Math.min(one, other), Infinity);
    return least === Infinity ? null : distances.indexOf(least);
  };

  const show = (plot) => {
    const { cursor, over } = plot;
    const index = cursor.idx;
    tip.hidden = index === null || index === undefined || cursor.left < 0;
    if (tip.hidden) return;
    const marked = chosen ?? nearest(plot);
    head.textContent = labels[index];
    names.replaceChildren(...sorted(index).map((place) => {
      const one = series[place];
      return h("div", { class: place === marked ? "near" : null }, mark(one, kind !== "bars"),
        h("bdi", {}, clip(one.label, 80), one.dates ? `, ${one.dates[index] ?? "–"}` : null), h("b", {}, text(one, index, format)));
    }));
    const happened = notes.filter((note) => note.place === index).map((note) => clip(note.text, 200));
    names.append(...happened.map((text) => h("p", {}, h("bdi", {}, text))));
    tip.classList.toggle("pinned", Boolean(cursor._lock));
    const at = cursor.left + (cursor.left > over.clientWidth / 2 ? -tip.offsetWidth - 12 : 12);
    tip.style.left = `${Math.max(0, Math.min(over.clientWidth - tip.offsetWidth, at))}px`;
    const near = names.querySelector(".near");
    if (near && !cursor._lock) names.scrollTop = near.offsetTop - names.offsetTop - names.clientHeight / 2;
    box.setAttribute("aria-valuenow", index + 1);
    const values = series.length <= FEW ? `${labels[index]}: ${series.map((one) => `${clip(one.label, 40)} ${text(one, index, format)}`).join(", ")}`
      : `${labels[index]}: ${marked === null ? "nothing" : `${clip(series[marked].label, 80)} ${text(series[marked], index, format)}`}`;
    box.setAttribute("aria-valuetext", [values, ...happened].join(". "));
  };

  const go = (plot, index, place) => {
    chosen = place;
    plot.setCursor({ left: plot.valToPos(index, "x"), top: plot.valToPos(plan.values[place][index] ?? 0, "y") });
  };
  const leave = (plot) => {
    chosen = null;
    plot.cursor._lock = false;
    plot.setCursor({ left: -10, top: -10 });
  };
  const key = (plot, event) => {
    const last = labels.length - 1;
    const index = plot.cursor.left < 0 ? last : plot.cursor.idx ?? last;
    const order = sorted(index);
    const place = chosen ?? nearest(plot) ?? order[0];
    const [page, rank] = [Math.max(1, Math.round(last / 10)), order.indexOf(place)];
    const moves = {
      ArrowLeft: [index - 1, place], ArrowRight: [index + 1, place], PageDown: [index - page, place], PageUp: [index + page, place], Home: [0, place], End: [last, place],
      ArrowUp: [index, order[Math.max(0, rank - 1)]], ArrowDown: [index, order[Math.min(order.length - 1, rank + 1)]],
    };
    const move = moves[event.key];
    if (event.key === "Escape") leave(plot);
    else if (move && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      go(plot, Math.max(0, Math.min(last, move[0])), move[1]);
    }
  };
  return {
    hooks: { init: [(plot) => plot.over.append(tip)], setCursor: [show] },
    key, leave,
    enter: (plot) => go(plot, labels.length - 1, sorted(labels.length - 1)[0]),
    follow: () => { chosen = null; },
  };
}
