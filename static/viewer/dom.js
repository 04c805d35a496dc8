// Builds pages from data: text from outside becomes text nodes, never markup.

/** Creates an element with attributes and children; strings become text, null is omitted. */
export function h(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** The same for SVG. */
export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  const kept = children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
  element.append(...kept.map((child) => (child instanceof Node ? child : String(child))));
  return element;
}

/** Parses `text` as a URL that is safe to follow; null if it is not, such as `javascript:`. */
export function safeUrl(text, schemes = ["http:", "https:", "mailto:"]) {
  if (typeof text !== "string") return null;
  try {
    const url = new URL(text.trim(), location.protocol === "file:" ? undefined : location.origin);
    return schemes.includes(url.protocol) ? url : null;
  } catch {
    return null;
  }
}

/** A link that opens in a new tab; plain content if the URL is not safe. */
export function link(href, ...children) {
  const url = safeUrl(href);
  if (!url) return h("span", {}, ...children);
  return h("a", { href: url.href, target: "_blank", rel: "noopener noreferrer nofollow" }, ...children);
}

/** An image from a `data:` URL. An image of another site becomes a link, because loading it would reveal the visitor to that
 *  site; for an unsafe URL only the name is shown. */
export function picture(src, alt, attributes = {}) {
  const inline = typeof src === "string" && /^data:image\/(png|jpeg|gif|webp|avif|svg\+xml)[;,]/i.test(src);
  if (inline) return h("img", { src, alt: alt || "", ...attributes });
  const url = /^\s*https?:/i.test(src) ? safeUrl(src) : null;
  const name = alt ? `Picture “${alt}”` : "Picture";
  return url ? h("span", { class: "outside" }, link(url.href, name), h("small", {}, url.hostname)) : h("span", { class: "private" }, `${name}, which cannot be shown`);
}

const formats = new Map(); // made once: for thousands of numbers, making them anew takes seconds

/** Formats a number for people, with at most `digits` decimal places; one that these would make zero keeps two digits. */
export function number(value, digits = 2, fewest = 0) {
  if (typeof value !== "number" || !Number.isFinite(value)) return value === null || value === undefined ? "–" : String(value);
  const isTiny = value !== 0 && Math.abs(value) < 0.5 / 10 ** digits;
  const key = isTiny ? "tiny" : `${digits} ${fewest}`;
  if (!formats.has(key)) formats.set(key, new Intl.NumberFormat(undefined, isTiny ? { maximumSignificantDigits: 2 } : { maximumFractionDigits: digits, minimumFractionDigits: fewest }));
  return formats.get(key).format(value + 0); // no minus before zero
}

/** Formats a time for people, in their time zone. */
export function instant(text) {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? String(text) : at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

/** `value` if it is an object but not an array, else an empty object. */
export const object = (value) => (value && typeof value === "object" && !Array.isArray(value) ? value : {});

/** `value` if it is an array, else an empty one. */
export const list = (value) => (Array.isArray(value) ? value : []);
