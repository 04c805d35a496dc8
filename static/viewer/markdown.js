// Markdown of descriptions, dashboard texts and notebooks: a small, safe subset.
import { h, link, picture } from "./dom.js";

/** Returns the elements of `text`. `component(name, props)` returns those of the embedded components `<Name … />`. */
export function markdown(text, component = () => null) {
  return blocks(String(text ?? "").replace(/\r\n?/g, "\n").split("\n"), component);
}

function blocks(lines, component) {
  const out = [];
  let at = 0;
  const take = (test) => {
    const start = at;
    while (at < lines.length && test(lines[at])) at += 1;
    return lines.slice(start, at);
  };
  while (at < lines.length) {
    const line = lines[at];
    const fence = /^\s*(```+|~~~+)\s*(\S*)/.exec(line);
    const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line);
    if (!line.trim()) at += 1;
    else if (fence) {
      at += 1;
      const code = take((next) => !next.trim().startsWith(fence[1]));
      at += 1;
      out.push(h("pre", {}, h("code", {}, code.join("\n"))));
    } else if (heading) {
      at += 1;
      out.push(h(`h${heading[1].length}`, {}, inline(heading[2])));
    } else if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) {
      at += 1;
      out.push(h("hr"));
    } else if (/^\s*>/.test(line)) {
      const quoted = take((next) => /^\s*>/.test(next)).map((next) => next.replace(/^\s*> ?/, ""));
      out.push(h("blockquote", {}, blocks(quoted, component)));
    } else if (isRow(line) && /^\s*\|?\s*:?-{2,}/.test(lines[at + 1] ?? "")) {
      out.push(table(take(isRow)));
    } else if (ITEM.test(line)) {
      out.push(listOf(take((next) => ITEM.test(next) || /^\s{2,}\S/.test(next)), component));
    } else if (/^\s*<[A-Z]/.test(line)) {
      const tag = take((next) => next.trim());
      out.push(...tags(tag.join("\n"), component));
    } else {
      const words = take((next) => next.trim() && !/^(#{1,6}\s|\s*(```|~~~|>))/.test(next) && !ITEM.test(next));
      if (words.length === 0) words.push(lines[at++]);
      out.push(h("p", {}, inline(words.join("\n"))));
    }
  }
  return out;
}

const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const isRow = (line) => line.includes("|") && line.trim() !== "";

function listOf(lines, component) {
  const [, indent, mark] = ITEM.exec(lines[0]);
  const items = [];
  for (const line of lines) {
    const item = ITEM.exec(line);
    if (item && item[1].length <= indent.length) items.push([item[3]]);
    else items.at(-1).push(line.slice(Math.min(indent.length + 2, line.search(/\S/))));
  }
  const draw = ([first, ...rest]) => {
    const task = /^\[([ xX])\]\s+(.*)$/.exec(first);
    const body = [inline(task ? task[2] : first), rest.length ? blocks(rest, component) : null];
    return task
      ? h("li", { class: "task" }, h("input", { type: "checkbox", disabled: true, checked: task[1] !== " ", "aria-label": task[2] }), body)
      : h("li", {}, body);
  };
  const start = parseInt(mark, 10);
  return h(Number.isNaN(start) ? "ul" : "ol", { start: start > 1 ? start : null }, items.map(draw));
}

function table(lines) {
  const cells = (line) => line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
  const [head, , ...rows] = lines.map(cells);
  return h("div", { class: "scroll", tabindex: "0" }, h("table", {},
    h("thead", {}, h("tr", {}, head.map((cell) => h("th", { scope: "col" }, inline(cell))))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell) => h("td", {}, inline(cell))))))));
}

/** Components on separate lines; one that cannot be parsed is shown as text. */
function tags(text, component) {
  const out = [];
  let rest = text;
  while (rest) {
    const open = /^\s*<([A-Z][A-Za-z0-9]*)/.exec(rest);
    const read = open && props(rest.slice(open[0].length));
    if (!read) {
      if (rest.trim()) out.push(h("p", {}, inline(rest.replace(/^\s*<\/[A-Z]\w*>/, ""))));
      return out;
    }
    out.push(component(open[1], read.props));
    rest = read.rest;
  }
  return out;
}

function props(text) {
  const found = {};
  let rest = text;
  for (;;) {
    rest = rest.trimStart();
    const end = /^\/?>/.exec(rest);
    if (end) return { props: found, rest: rest.slice(end[0].length) };
    const prop = /^([\w-]+)\s*(=\s*)?/.exec(rest);
    if (!prop) return null;
    rest = rest.slice(prop[0].length);
    if (!prop[2]) found[prop[1]] = true;
    else if (rest[0] === '"') {
      const close = rest.indexOf('"', 1);
      if (close < 0) return null;
      found[prop[1]] = rest.slice(1, close);
      rest = rest.slice(close + 1);
    } else {
      const close = closing(rest);
      if (close < 0) return null;
      try {
        found[prop[1]] = JSON.parse(rest.slice(1, close));
      } catch {
        return null;
      }
      rest = rest.slice(close + 1);
    }
  }
}

function closing(text) {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (quoted && sign === "\\") at += 1;
    else if (sign === '"') quoted = !quoted;
    else if (!quoted && sign === "{") depth += 1;
    else if (!quoted && sign === "}" && --depth === 0) return at;
  }
  return -1;
}

const INLINE = [
  [/^`([^`]+)`/, (match) => h("code", {}, match[1])],
  [/^!\[([^\]]*)\]\(([^()\s]+(?:\([^()\s]*\))?)[^)]*\)/, (match) => picture(match[2], match[1])],
  [/^\[([^\]]+)\]\(([^()\s]+(?:\([^()\s]*\))?)[^)]*\)/, (match) => link(match[2], inline(match[1]))],
  [/^(\*\*|__)(?=\S)([\s\S]+?\S|\S)\1/, (match) => h("strong", {}, inline(match[2]))],
  [/^(\*|_)(?=\S)([^*_]*[^\s*_])\1(?!\w)/, (match) => h("em", {}, inline(match[2]))],
  [/^~~(?=\S)([\s\S]+?)~~/, (match) => h("s", {}, inline(match[1]))],
  [/^https?:\/\/[^\s<>"')\]]+[^\s<>"')\].,;:!?]/, (match) => link(match[0], match[0])],
  [/^(?: {2,}|\\)\n/, () => h("br")],
];

function inline(text) {
  const out = [];
  let plain = "";
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at, at + 4000);
    const inWord = at > 0 && /\w/.test(text[at - 1]);
    const found = /[`!\[*_~h \\]/.test(rest[0]) && !(inWord && /[_h]/.test(rest[0]))
      ? INLINE.map(([pattern, draw]) => [pattern.exec(rest), draw]).find(([match]) => match)
      : null;
    if (found) {
      if (plain) out.push(plain);
      plain = "";
      out.push(found[1](found[0]));
      at += found[0][0].length;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  if (plain) out.push(plain);
  return out;
}
