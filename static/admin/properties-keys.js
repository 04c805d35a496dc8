// Keyboard shortcuts in the rows: arrows move, Space picks, Enter edits, Escape leaves.

import { button, dialog, h } from "./dom.js";

const KEYS = [
  ["/", "to the search"], ["↑ ↓", "previous row, next row"], ["Home End", "first row, last row"], ["PgUp PgDn", "previous page, next page"],
  ["Space", "pick the row; with Shift, the range from the last picked one"], ["Enter", "edit the description"], ["t", "add tags"],
  ["v", "verify or unverify"], ["h", "hide or show"], ["u", "undo the last change"], ["Delete", "delete the row, or all picked rows"],
  ["Tab", "controls of the row"], ["Escape", "cancel editing, then pick none"], ["?", "this help"],
];

export const help = () => dialog("Keyboard", (close) => [
  h("dl", { class: "keys" }, KEYS.map(([keys, what]) => [h("dt", {}, keys.split(" ").map((key) => h("kbd", {}, key))), h("dd", {}, what)])),
  h("div", { class: "buttons" }, button("Done", () => close(), { class: "main" })),
]);

const EDITS = { Enter: "description", t: "tags", v: "verified", h: "hidden" };

/** Handles a key in the row of `event`. `move` goes to another of its `nodes`. */
export function rowKey(event, { nodes, move, section }) {
  const row = event.target.closest("tr");
  if (event.ctrlKey || event.metaKey || event.altKey || !row) return;
  if (event.key === "Escape" && event.target !== row) return row.focus();
  const isBox = event.target.type === "checkbox";
  if ((event.target !== row && !isBox) || (isBox && event.key === " ")) return;
  const index = nodes.indexOf(row);
  const moves = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: nodes.length - 1 };
  const pressed = {
    " ": () => row.querySelector("input:enabled")?.dispatchEvent(new MouseEvent("click", { shiftKey: event.shiftKey })),
    PageDown: () => section.turn(1), PageUp: () => section.turn(-1), u: section.book.undo, Escape: () => section.pickNone(),
    Delete: () => section.remove(section.picked.size ? [...section.picked] : [row.dataset.id]),
  };
  const part = EDITS[event.key] && row.querySelector(`[data-edit="${EDITS[event.key]}"]`);
  if (event.key in moves) move(nodes[moves[event.key]]);
  else if (event.key in pressed) pressed[event.key]();
  else if (part) part.click();
  else return;
  event.preventDefault();
}

/** Shows the help on `?`, until `stay` aborts. */
export const listen = (stay) => addEventListener("keydown", (event) => {
  if (event.key !== "?" || event.target.closest("input, textarea, select, dialog")) return;
  event.preventDefault();
  help();
}, { signal: stay });
