// Builds what the server has read in notebooks and in Markdown: text, and elements as [name, attributes, ...inner].
import { h, link, list, object, picture, safeUrl } from "./dom.js";
import { formula } from "./formula.js";
import { description, insightBody, nameOf } from "./insight.js";

/** The elements of `drawings`; `data.insights` has the insights that they show. */
export function draw(drawings, data) {
  return list(drawings).map((drawing) => (typeof drawing === "string" ? drawing : element(drawing, data)));
}

/** The elements of a text in Markdown, which the server has read. */
export const markdown = (text, data) => draw(object(data.texts)[text], data);

function element([name, attributes, ...inner], data) {
  switch (name) {
    case "link": return link(attributes.href, draw(inner, data));
    case "picture": return picture(attributes.src, attributes.alt);
    case "embed": return embed(attributes);
    case "query": return query(attributes, data);
    case "formula": return formula(inner.join(""));
    case "task": return h("li", { class: "task" }, h("input", { type: "checkbox", disabled: true, checked: attributes.checked, "aria-label": "Done" }), h("div", {}, draw(inner, data)));
    default: return h(name, attributes, draw(inner, data));
  }
}

/** A page of another site becomes a link; it is not loaded. */
function embed({ src, title }) {
  const url = safeUrl(src, ["http:", "https:"]);
  return url && h("p", { class: "card embed" }, link(url.href, title || url.href), h("small", {}, url.hostname));
}

function query(attributes, data) {
  const asked = attributes.query;
  const saved = asked.kind === "SavedInsightNode" ? object(data.insights)[asked.shortId] : null;
  const title = attributes.title || (saved ? nameOf(saved) : null);
  const result = object(data.inline_query_results)[attributes.nodeId];
  const body = () => {
    if (saved) return insightBody(saved, { showLegend: data.legend, detailed: data.detailed, tools: data.type === "scene" });
    if (asked.kind === "SavedInsightNode") return h("p", { class: "empty" }, "This insight is not there any more.");
    return result ? insightBody({ query: asked, result: object(result).results ?? result }, {}) : description(asked);
  };
  return h("section", { class: "card" },
    title ? h("h3", {}, h("bdi", {}, String(title))) : null,
    saved?.description ? h("div", { class: "muted" }, markdown(saved.description, data)) : null, body());
}
