// What is done to all picked property definitions.

import { ask, button, confirm, field, h } from "./dom.js";
import { many } from "./properties-book.js";
import { tagList } from "./properties-cells.js";

/** Asks, then deletes `ids`. Resolves with those that are gone. */
export async function removeAll(book, ids, tick) {
  const names = ids.slice(0, 5).map((id) => h("li", {}, book.shown(id).name));
  const rest = ids.length > 5 ? h("li", { class: "quiet" }, `and ${many(ids.length - 5)} more`) : null;
  const sure = await confirm(`Delete ${ids.length === 1 ? book.shown(ids[0]).name : many(ids.length)}?`,
    [h("ul", {}, names, rest), "Descriptions, tags and marks are lost and cannot be brought back. Events are not touched: a property that comes in again is learned anew, by its name alone."],
    ids.length === 1 ? "Delete definition" : `Delete ${many(ids.length)}`, () => {});
  return sure ? book.remove(ids, tick) : [];
}

/** The bar that a section has while something is picked. */
export function bulkBar(section) {
  const { book, picked } = section;
  const told = h("strong", { role: "status" });
  const more = button("", () => section.pickFitting());
  const run = async (deed) => {
    const total = picked.size;
    let done = 0;
    tools.disabled = true;
    try {
      return await deed([...picked], () => { told.textContent = `${(done += 1).toLocaleString()} of ${many(total)} done`; });
    } finally {
      tools.disabled = false;
      section.showPicks();
    }
  };
  const mark = (label, what, word) => button(label, () => run((them, tick) => book.change(them, what, word, tick)));
  const tag = (label, action, title) => button(`${label}…`, async () => {
    const input = h("input", { required: true, autocomplete: "off", list: "known-tags" });
    let tags = [];
    const sure = await ask(`${title} ${many(picked.size)}`, field("Tags", { hint: "with commas between them" }, input), label, () => {
      tags = tagList(input.value);
      if (!tags.length) throw new Error("Type a tag at least.");
    });
    if (sure) await run((them, tick) => book.retag(them, action, tags, tick));
  });
  const tools = h("fieldset", { class: "row" }, more,
    tag("Add tags", "add", "Add tags to"), tag("Remove tags", "remove", "Remove tags from"),
    mark("Verify", { verified: true }, "verified"), mark("Unverify", { verified: false }, "unverified"),
    mark("Hide", { hidden: true }, "hidden"), mark("Show", { hidden: false }, "shown again"),
    button("Delete…", () => run((them, tick) => section.remove(them, tick)), { class: "danger" }),
    button("Pick none", () => section.pickNone()));
  const node = h("div", { class: "bar row", role: "group", "aria-label": "Picked definitions", hidden: true }, told, tools);

  /** Shows how many are picked, and how many more could be, if any. */
  function show(fitting) {
    node.hidden = picked.size === 0;
    told.textContent = `${many(picked.size)} picked`;
    more.hidden = !fitting;
    more.textContent = fitting ? `Pick all ${fitting.toLocaleString()} that fit` : "";
  }
  return { node, show };
}
