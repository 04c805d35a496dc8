// A notebook: a ProseMirror document, or Markdown inside one.
import { h, link, list, object, picture, safeUrl } from "./dom.js";
import { description, insightBody, nameOf } from "./insight.js";
import { markdown } from "./markdown.js";

const MARKS = { bold: "strong", strong: "strong", italic: "em", em: "em", underline: "u", strike: "s", code: "code", highlight: "mark", superscript: "sup", subscript: "sub" };
const BLOCKS = { paragraph: "p", blockquote: "blockquote", bulletList: "ul", listItem: "li", taskList: "ul", tableRow: "tr", table: "tbody" };

/** The placeholders of nodes that are not shown to visitors. */
const PRIVATE = { "ph-recording": "A session recording", "ph-recording-playlist": "A list of session recordings", "ph-person": "A person", "ph-cohort": "A cohort", "ph-feature-flag": "A feature flag", "ph-experiment": "An experiment", "ph-survey": "A survey", "ph-mention": "A person" };

/** The elements of the document `data.notebook`; `data.insights` has the insights that it embeds. */
export function notebook(data) {
  const content = data.notebook.content;
  const nodes = Array.isArray(content) ? content : list(object(content).content);
  if (nodes.length === 0) return [h("p", { class: "empty" }, "This notebook is empty.")];
  return nodes.map((node) => draw(object(node), data, 0));
}

const children = (node, data, depth) => list(node.content).map((child) => draw(object(child), data, depth + 1));

function draw(node, data, depth) {
  if (depth > 200) return null;
  const attrs = object(node.attrs);
  const inner = () => children(node, data, depth);
  if (BLOCKS[node.type]) return block(node, inner());
  switch (node.type) {
    case "text": return marked(node);
    case "heading": return h(`h${Math.min(6, Math.max(1, Number(attrs.level) || 1))}`, {}, inner());
    case "orderedList": return h("ol", { start: Number(attrs.start) > 1 ? Number(attrs.start) : null }, inner());
    case "taskItem": return h("li", { class: "task" }, h("input", { type: "checkbox", disabled: true, checked: attrs.checked === true, "aria-label": "Done" }), h("div", {}, inner()));
    case "codeBlock": return h("pre", {}, h("code", {}, textOf(node)));
    case "horizontalRule": return h("hr");
    case "hardBreak": return h("br");
    case "tableHeader": case "tableCell": return h(node.type === "tableHeader" ? "th" : "td", { colspan: span(attrs.colspan), rowspan: span(attrs.rowspan) }, inner());
    case "image": case "ph-image": return figure(attrs.src, attrs.alt ?? attrs.title);
    case "ph-latex": return h("div", { class: "latex", role: "math" }, h("code", {}, String(attrs.content ?? textOf(node))));
    case "ph-embed": return embed(attrs);
    case "ph-query": return query(attrs, data);
    case "ph-markdown-notebook": return h("div", {}, markdown(attrs.markdown, (name, props) => component(name, props, data)));
    case "ph-mention": return h("span", { class: "private" }, PRIVATE[node.type]);
    default: return String(node.type ?? "").startsWith("ph-") ? hidden(node.type) : h("div", {}, inner());
  }
}

function block(node, inner) {
  if (node.type === "table") return h("div", { class: "scroll", tabindex: "0" }, h("table", {}, h("tbody", {}, inner)));
  if (node.type === "paragraph" && inner.length === 0) return h("p", { class: "blank" }, "\u00a0");
  return h(BLOCKS[node.type], { class: node.type === "taskList" ? "tasks" : null }, inner);
}

const span = (value) => (Number(value) > 1 && Number(value) < 1000 ? Number(value) : null);
const hidden = (type) => h("p", { class: "private" }, `${PRIVATE[type] ?? "A part of this notebook"} is not shown to visitors.`);

function textOf(node) {
  return typeof node.text === "string" ? node.text : list(node.content).map((child) => textOf(object(child))).join("");
}

function marked(node) {
  const text = String(node.text ?? "");
  return list(node.marks).reduce((inner, mark) => {
    const { type, attrs } = object(mark);
    if (type === "link") return link(object(attrs).href, inner);
    return MARKS[type] ? h(MARKS[type], {}, inner) : inner;
  }, text);
}

function figure(src, alt) {
  return h("figure", {}, picture(src, typeof alt === "string" ? alt : ""));
}

/** A page of another site becomes a link; it is not loaded. */
function embed(attrs) {
  const url = safeUrl(attrs.src, ["http:", "https:"]);
  const title = typeof attrs.title === "string" && attrs.title ? attrs.title : url?.href;
  return url && h("p", { class: "card embed" }, link(url.href, title), h("small", {}, url.hostname));
}

function query(attrs, data) {
  const asked = object(attrs.query);
  const saved = asked.kind === "SavedInsightNode" ? object(data.insights)[asked.shortId] : null;
  const title = attrs.title || (saved ? nameOf(saved) : null);
  const result = object(data.inline_query_results)[attrs.nodeId];
  const body = () => {
    if (saved) return insightBody(saved, { showLegend: data.legend, detailed: data.detailed });
    if (asked.kind === "SavedInsightNode") return h("p", { class: "empty" }, "This insight is not there any more.");
    return result ? insightBody({ query: asked, result: object(result).results ?? result }, {}) : description(asked);
  };
  return h("section", { class: "card" },
    title ? h("h3", {}, String(title)) : null,
    saved?.description ? h("div", { class: "muted" }, markdown(saved.description)) : null, body());
}

function component(name, props, data) {
  switch (name) {
    case "Divider": return h("hr");
    case "Comment": return null;
    case "Image": return figure(props.src, props.alt ?? props.title);
    case "Latex": return h("div", { class: "latex", role: "math" }, h("code", {}, String(props.content ?? "")));
    case "Embed": return embed(props);
    case "Query": return query(props, data);
    case "PythonV2": case "SQLV2": return h("section", { class: "card" }, props.title ? h("h3", {}, String(props.title)) : null, h("pre", {}, h("code", {}, String(props.code ?? ""))));
    default: return hidden("");
  }
}
