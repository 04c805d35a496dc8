// The editor of a notebook: Markdown beside the page that it becomes, or the document as JSON if it was made elsewhere.

import { api } from "./api.js";
import { ask, field, h } from "./dom.js";
import { insightSearch } from "./insight-search.js";
import { codeBox, parse, pretty } from "./json.js";
import { publicPage, stage } from "./stage.js";

/** How long to wait for more letters before the preview is drawn, in milliseconds. */
const PAUSE = 300;

const MARKDOWN = "ph-markdown-notebook";
const onlyNode = (content) => (content?.content?.length === 1 && content.content[0].type === MARKDOWN ? content.content[0] : null);
const document = (markdown, node) => ({ type: "doc", content: [{ type: MARKDOWN, attrs: { nodeId: node?.attrs?.nodeId ?? "markdown", markdown } }] });

/** The short ids of the saved insights that `drawings` show. */
function insightsIn(drawings) {
  return drawings.flatMap((drawing) => {
    if (!Array.isArray(drawing)) return [];
    const [name, attributes, ...inner] = drawing;
    return name === "query" && attributes.query?.kind === "SavedInsightNode" ? [attributes.query.shortId] : insightsIn(inner);
  });
}

/** Asks for a new notebook or changes of `notebook`. Resolves with the saved notebook, or null. */
export function editNotebook(scene, notebook, signal) {
  const isMarkdown = !notebook?.content?.content?.length || Boolean(onlyNode(notebook.content));
  const node = onlyNode(notebook?.content);
  const title = h("input", { maxlength: "256", autocomplete: "off", value: notebook?.title ?? "" });
  const box = codeBox(isMarkdown ? node?.attrs?.markdown ?? "" : pretty(notebook.content), { rows: 18 });
  const content = () => (isMarkdown ? document(box.value, node) : parse(box.value, "The document"));
  const { node: page, show } = stage();
  const says = h("p", { class: "quiet", role: "status" });
  const known = {}; // the insights that the preview has shown, by short id
  const draw = async () => {
    try {
      const { drawings } = await api("POST", `${scene.base}/notebook_preview/`, { content: content() }, signal);
      for (const id of insightsIn(drawings)) {
        if (!(id in known)) [known[id]] = (await api("GET", `${scene.base}/insights/?short_id=${encodeURIComponent(id)}`, undefined, signal)).results;
      }
      show({ srcdoc: publicPage({ notebook: { title: title.value, content: content() }, drawings, insights: known }), title: "Preview" });
      says.textContent = "";
    } catch (error) {
      if (error.name !== "AbortError") says.textContent = error.message;
    }
  };
  let timer = 0;
  for (const input of [title, box]) {
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(draw, PAUSE);
    });
  }
  const insert = ({ short_id: shortId }) => {
    box.setRangeText(`\n\n<Query query={${JSON.stringify({ kind: "SavedInsightNode", shortId })}} />\n`, box.selectionEnd, box.selectionEnd, "end");
    box.focus();
    draw();
  };
  draw();
  const save = () => {
    const body = { title: title.value, content: content(), text_content: isMarkdown ? box.value : notebook.text_content };
    const list = `${scene.base}/notebooks/`;
    return notebook ? api("PATCH", `${list}${notebook.short_id}/`, { ...body, version: notebook.version }) : api("POST", list, body);
  };
  const text = isMarkdown ? field("Text", { hint: "in Markdown" }, box)
    : field("Document", { hint: "as JSON: it was not written in Markdown" }, box);
  return ask(notebook ? `Change ${notebook.title || "the notebook"}` : "New notebook", h("div", { class: "beside" },
    h("div", {}, field("Title", {}, title), text, isMarkdown ? insightSearch(scene, "Insert an insight", insert, signal) : null),
    h("section", { class: "preview", "aria-label": "Preview" }, page, says)), "Save", save, "main", { signal, class: "wide", isLong: true });
}
