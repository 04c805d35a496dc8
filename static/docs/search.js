// Searches all pages of the documentation and the operations of the API. The browser makes the index from the pages themselves, when
// it is first needed. "/" goes to the field, the arrow keys go through what is found, Escape closes the list.

const SCHEMA = "/api/schema/?format=json";
const MOST = 20;
const AROUND = 60; // letters of a text that are shown on each side of a word

const element = (name, attributes, ...inner) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...inner);
  return made;
};

/** The pages that the navigation lists, with the texts below each of their headings. */
async function sectionsOf(link) {
  const [page, path] = [link.textContent, new URL(link.href).pathname];
  const read = new DOMParser().parseFromString(await (await fetch(path)).text(), "text/html");
  const main = read.getElementById("main");
  for (const part of main.querySelectorAll("script, style, noscript")) part.remove();
  const sections = [];
  let heading = null;
  const texts = read.createTreeWalker(main, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const now = texts.currentNode.parentElement.closest("h1, h2, h3") ?? heading;
    if (now !== heading || !sections.length) {
      heading = now;
      const id = heading?.id || heading?.closest("[id]:not(#main)")?.id;
      sections.push({ page, name: heading?.textContent.trim() ?? page, text: "", href: id ? `${path}#${id}` : sections.at(-1)?.href ?? path });
    }
    if (!texts.currentNode.parentElement.closest("h1, h2, h3")) sections.at(-1).text += texts.currentNode.data;
  }
  return sections;
}

/** The operations of the API; the anchors are those of the viewer. */
async function operations() {
  const { paths } = await (await fetch(SCHEMA)).json();
  return Object.entries(paths).filter(([path]) => !path.startsWith("/api/environments/")).flatMap(([path, methods]) =>
    Object.entries(methods).filter(([, { summary }]) => summary).map(([method, { summary, description = "" }]) => ({
      page: "API", name: summary, text: `${method.toUpperCase()} ${path} ${description}`, href: `/docs/api/#${method}-${path.replace(/[\s#:?&={}]/g, "-")}`,
    })));
}

let index = null;

/** All sections, which are read once. A page that cannot be read is left out. */
function sections() {
  const links = [...document.querySelectorAll("header nav a")];
  index ??= Promise.allSettled([...links.map(sectionsOf), operations()]).then((parts) => parts.flatMap((part) => part.value ?? []));
  return index;
}

const wordsOf = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);

/** How many of `words` a section has, and how well it fits. A word of the name counts more than one of the text, its beginning more
 *  than its middle. */
function rank({ name, text, page }, words) {
  const [title, all] = [name.toLowerCase(), `${page} ${text}`.toLowerCase()];
  const ranks = words.map((word) => {
    const at = title.indexOf(word);
    if (at >= 0) return at === 0 || /\W/.test(title[at - 1]) ? 20 : 10;
    const inText = all.indexOf(word);
    return inText < 0 ? 0 : inText === 0 || /\W/.test(all[inText - 1]) ? 2 : 1;
  });
  return { has: ranks.filter(Boolean).length, points: ranks.reduce((sum, one) => sum + one, 0) };
}

/** What is around the first of `words` in `text`, with the word marked. */
function excerpt(text, words) {
  const flat = text.replace(/\s+/g, " ").trim();
  const found = words.map((word) => [flat.toLowerCase().indexOf(word), word.length]).find(([at]) => at >= 0);
  if (!found) return [flat.slice(0, 2 * AROUND)];
  const [at, length] = found;
  const start = Math.max(0, at - AROUND);
  return [`${start ? "…" : ""}${flat.slice(start, at)}`, element("mark", {}, flat.slice(at, at + length)), flat.slice(at + length, at + length + AROUND)];
}

const field = element("input", { type: "search", "aria-label": "Search the documentation", placeholder: "Search", title: "Press / to search", autocomplete: "off", spellcheck: "false" });
const list = element("ul", {});
const status = element("p", { role: "status" });
const panel = element("div", { class: "found", hidden: "" }, status, list);
const form = element("form", { class: "search", role: "search" }, field, panel);

const close = () => { panel.hidden = true; };

async function show() {
  const words = wordsOf(field.value);
  if (!words.length) return close();
  const asked = field.value;
  const all = (await sections()).map((section) => [rank(section, words), section]);
  if (asked !== field.value) return; // typed on meanwhile
  // Where no section has all the words, those that have the most of them.
  const most = Math.max(...all.map(([{ has }]) => has));
  const ranked = all.filter(([{ has }]) => has && has === most).sort(([one], [other]) => other.points - one.points);
  const places = ranked.length > MOST ? `The first ${MOST} of ${ranked.length} places` : ranked.length === 1 ? "1 place" : `${ranked.length} places`;
  status.textContent = ranked.length === 0 ? "Nothing found" : most < words.length ? `${places} with ${most} of ${words.length} words` : places;
  list.replaceChildren(...ranked.slice(0, MOST).map(([, { page, name, text, href }]) => element("li", {},
    element("a", { href }, element("strong", {}, name), element("span", {}, page), element("small", {}, ...excerpt(text, words))))));
  panel.hidden = false;
}

field.addEventListener("input", show);
field.addEventListener("focus", sections);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  list.querySelector("a")?.click();
});
form.addEventListener("keydown", (event) => {
  const stops = [field, ...list.querySelectorAll("a")];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && panel.hidden) show();
  else if (step) {
    event.preventDefault();
    stops[stops.indexOf(document.activeElement) + step]?.focus();
  } else if (event.key === "Escape") {
    field.focus();
    close();
  }
});
form.addEventListener("focusout", ({ relatedTarget }) => { if (!form.contains(relatedTarget)) close(); });
list.addEventListener("click", close); // the place may be on this page
addEventListener("keydown", (event) => {
  const isTyping = event.composedPath()[0].closest?.("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  field.focus();
});
document.querySelector("header nav").after(form);
