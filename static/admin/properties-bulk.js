// Changes of many property definitions at once.

import { api } from "./api.js";
import { ask, button, confirm, field, h, notice } from "./dom.js";
import { tagList } from "./properties.js";

/** Runs `deed` for each of `items`, six at a time. Returns how many went wrong, and why the first did. */
async function each(items, deed) {
  const queue = [...items];
  let failed = 0;
  let why = "";
  const work = async () => {
    for (let item = queue.shift(); item; item = queue.shift()) {
      try {
        await deed(item);
      } catch (error) {
        failed += 1;
        why ||= error.message;
      }
    }
  };
  await Promise.all(Array.from({ length: 6 }, work));
  return { failed, why };
}

const many = (count) => (count === 1 ? "1 definition" : `${count} definitions`);

/** The bar below the table while definitions are picked. `done` draws the table anew. */
export function bulkBar(base, picked, done) {
  const path = `${base}/property_definitions/`;
  const ids = () => [...picked.keys()];
  const tags = (action, title, label) => {
    const input = h("input", { required: true, autocomplete: "off" });
    return ask(`${title} ${many(picked.size)}`, field("Tags", { hint: "with commas between them" }, input), label, async () => {
      const answer = await api("POST", `${path}bulk_update_tags/`, { ids: ids(), action, tags: tagList(input.value) });
      notice(`Tags of ${many(answer.updated.length)} changed.${answer.skipped.length ? ` ${many(answer.skipped.length)} not found.` : ""}`);
    }).then((did) => did && done());
  };
  const run = async (deed, word) => {
    const { failed, why } = await each(ids(), deed);
    if (failed) notice(`${many(failed)} could not be changed: ${why}`, true);
    else notice(`${many(picked.size)} ${word}.`);
  };
  const mark = (change, word) => async () => {
    await run((id) => api("PATCH", `${path}${id}/`, change), word);
    await done();
  };
  const remove = () => confirm(`Delete ${many(picked.size)}?`, "Their descriptions, tags and marks are lost. A property that comes in again is learned anew.", "Delete", async () => {
    await run((id) => api("DELETE", `${path}${id}/`), "deleted");
    picked.clear();
  }).then((did) => did && done());
  return h("div", { class: "bar row", role: "toolbar", "aria-label": "Picked definitions" },
    h("strong", {}, `${many(picked.size)} picked`),
    button("Add tags…", () => tags("add", "Add tags to", "Add tags")),
    button("Remove tags…", () => tags("remove", "Remove tags from", "Remove tags")),
    button("Verify", mark({ verified: true, hidden: false }, "verified")),
    button("Hide", mark({ hidden: true, verified: false }, "hidden")),
    button("Show", mark({ hidden: false }, "shown")),
    button("Delete…", remove, { class: "danger" }),
    button("Pick none", () => { picked.clear(); done(); }));
}
