// The editor of an insight: a table to paste, or query and result as JSON, beside the chart that they give.

import { api } from "./api.js";
import { ask, field, h, select } from "./dom.js";
import { insightOf } from "./csv.js";
import { codeBox, parse, pretty } from "./json.js";
import { publicPage, stage } from "./stage.js";

/** How long to wait for more letters before the preview is drawn, in milliseconds. */
const PAUSE = 300;

/** The displays of trends that can be chosen for a pasted table. */
const DISPLAYS = [["", "As it fits"], ["ActionsLineGraph", "Lines"], ["ActionsAreaGraph", "Areas"], ["ActionsBar", "Bars"], ["ActionsBarValue", "Totals as bars"], ["ActionsPie", "Pie"], ["BoldNumber", "Number"]];

const shown = (value) => (value === null || value === undefined ? "" : pretty(value));
const read = (box, what) => (box.value.trim() ? parse(box.value, what) : null);

/** Asks for a new insight or changes of `insight`. Resolves with the saved insight, or null. */
export function editInsight(scene, insight, signal) {
  const name = h("input", { maxlength: "400", autocomplete: "off", value: insight?.name || insight?.derived_name || "" });
  const description = h("textarea", { rows: 2, value: insight?.description ?? "" });
  const table = codeBox("", { rows: 6, placeholder: "day,visits,orders\n2026-01-01,120,4\n2026-01-02,135,7" });
  const display = select(DISPLAYS, "");
  const query = codeBox(shown(insight?.query), { rows: 6 });
  const result = codeBox(shown(insight?.result), { rows: 6 });
  const { node: page, show } = stage();
  const says = h("p", { class: "quiet", role: "status" });
  const values = () => ({ name: name.value, description: description.value, query: read(query, "The query"), result: read(result, "The result") });
  const draw = () => {
    try {
      show({ srcdoc: publicPage({ insight: values(), legend: true }), title: "Preview" });
      says.textContent = "";
    } catch (error) {
      says.textContent = error.message;
    }
  };
  const convert = () => {
    if (!table.value.trim()) return;
    try {
      const made = insightOf(table.value);
      if (display.value && made.query) made.query.source.trendsFilter.display = display.value;
      query.value = shown(made.query);
      result.value = shown(made.result);
      draw();
    } catch (error) {
      says.textContent = error.message;
    }
  };
  let timer = 0;
  const later = (task) => () => {
    clearTimeout(timer);
    timer = setTimeout(task, PAUSE);
  };
  for (const input of [name, description, query, result]) input.addEventListener("input", later(draw));
  for (const input of [table, display]) input.addEventListener("input", later(convert));
  draw();
  const save = () => {
    const list = `${scene.base}/insights/`;
    return insight ? api("PATCH", `${list}${insight.id}/`, values()) : api("POST", list, values());
  };
  return ask(insight ? `Change ${insight.name || insight.derived_name || "the insight"}` : "New insight", h("div", { class: "beside" },
    h("div", {}, field("Name", {}, name), field("Description", { hint: "in Markdown; may be empty" }, description),
      h("fieldset", {}, h("legend", {}, "Paste a table"), field("Table", { hint: "CSV with a row of names, such as from a spreadsheet" }, table), field("Draw as", {}, display)),
      h("details", { open: Boolean(insight) }, h("summary", {}, "Query and result as JSON"), field("Query", {}, query), field("Result", {}, result))),
    h("section", { class: "preview", "aria-label": "Preview" }, page, says)), "Save", save, "main", { signal, class: "wide", isLong: true });
}
