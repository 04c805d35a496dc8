// Bulk changes of the picked definitions.

import { api } from "./api.js";
import { ask, button, confirm, field, h } from "./dom.js";
import { many } from "./properties-book.js";
import { tagList } from "./properties-cells.js";

/** Deletes `ids` after confirmation. Resolves with those that were deleted. */
export async function removeAll({ book, kind, path }, ids, tick) {
  const names = ids.slice(0, 5).map((id) => h("li", {}, book.shown(id).name));
  const rest = ids.length > 5 ? h("li", { class: "quiet" }, `and ${many(ids.length - 5)} more`) : null;
  const sure = await confirm(`Delete ${ids.length === 1 ? book.shown(ids[0]).name : many(ids.length)}?`,
    [h("ul", {}, names, rest), `Descriptions, tags and marks are lost and cannot be brought back. ${kind.afterwards}`],
    ids.length === 1 ? "Delete definition" : `Delete ${many(ids.length)}`, () => {},
    { sends: () => api("POST", `${path}bulk_update/`, { updates: ids.map((id) => ({ id, deleted: true })) }) });
  return sure ? book.remove(ids, tick) : [];
}

/** The bar that is shown while definitions are picked. */
export function bulkBar(section) {
  const { book, picked } = section;
  const summary = h("strong", { role: "status" });
  const more = button("", () => section.pickFitting());
  const halt = button("Stop", () => book.stop(), { hidden: true });
  /** Lets the browser ask before the page is left: what is not sent yet would be lost. */
  const warn = (event) => event.preventDefault();
  const run = async (task) => {
    const total = picked.size;
    let done = 0;
    tools.disabled = true;
    halt.hidden = false;
    addEventListener("beforeunload", warn);
    try {
      return await task([...picked], () => { summary.textContent = `${(done += 1).toLocaleString()} of ${many(total)} done`; });
    } finally {
      tools.disabled = false;
      halt.hidden = true;
      removeEventListener("beforeunload", warn);
      section.showPicks();
    }
  };
  const mark = (label, what, word) => button(label, () => run((them, tick) => book.change(them, what, word, tick)));
  const tag = (label, action, title) => button(`${label}…`, async () => {
    const input = h("input", { required: true, autocomplete: "off", list: "known-tags" });
    let tags = [];
    const sure = await ask(`${title} ${many(picked.size)}`, field("Tags", { hint: "separated by commas" }, input), label, () => {
      tags = tagList(input.value);
      if (!tags.length) throw new Error("Enter at least one tag.");
    }, "main", { sends: () => api("POST", `${section.path}bulk_update_tags/`, { ids: [...picked], action, tags: tagList(input.value) }) });
    if (sure) await run((them, tick) => book.retag(them, action, tags, tick));
  });
  const tools = h("fieldset", { class: "row" }, more,
    tag("Add tags", "add", "Add tags to"), tag("Remove tags", "remove", "Remove tags from"),
    mark("Verify", { verified: true }, "verified"), mark("Unverify", { verified: false }, "unverified"),
    mark("Hide", { hidden: true }, "hidden"), mark("Show", { hidden: false }, "shown again"),
    button("Delete…", () => run((them, tick) => section.remove(them, tick)), { class: "danger" }),
    button("Pick none", () => section.pickNone()));
  const node = h("div", { class: "bar row", role: "group", "aria-label": "Picked definitions", hidden: true }, summary, halt, tools);

  /** Shows how many are picked, and how many match in all, if more. */
  function show(fitting) {
    node.hidden = picked.size === 0;
    summary.textContent = `${many(picked.size)} picked`;
    more.hidden = !fitting;
    more.textContent = fitting ? `Pick all ${fitting.toLocaleString()} that fit` : "";
  }
  return { node, show };
}
