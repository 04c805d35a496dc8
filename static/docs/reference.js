// Shows the OpenAPI document in the viewer, with examples in three languages, in the colours of the theme, and adds the accessible names
// that the viewer lacks.
import { snippets } from "./snippets.js";

const reference = document.getElementById("reference");
const dark = matchMedia("(prefers-color-scheme: dark)");
const root = document.documentElement;

const themes = {
  light: { "bg-color": "#fbfaf7", "text-color": "#1d2226", "nav-bg-color": "#f1efe9", "nav-text-color": "#1d2226", "nav-accent-color": "#1f5f52", "primary-color": "#1f5f52" },
  dark: { "bg-color": "#16191c", "text-color": "#e8eaec", "nav-bg-color": "#101315", "nav-text-color": "#e8eaec", "nav-accent-color": "#7fd1bd", "primary-color": "#7fd1bd" },
};

function paint() {
  const theme = root.dataset.theme ?? (dark.matches ? "dark" : "light");
  reference.setAttribute("theme", theme);
  for (const [name, colour] of Object.entries(themes[theme])) reference.setAttribute(name, colour);
}

const changed = new Set();
const watched = new WeakSet();

/** Adds accessible names to the fields below `root`, now and after each change. */
function watch(root) {
  if (watched.has(root)) return;
  watched.add(root);
  new MutationObserver(() => later(root)).observe(root, { childList: true, subtree: true });
  later(root);
}

function later(root) {
  if (!changed.size) requestAnimationFrame(() => {
    const roots = [...changed];
    changed.clear();
    roots.forEach(name);
  });
  changed.add(root);
}

function name(root) {
  for (const field of root.querySelectorAll("input, select, textarea")) {
    const { pname } = field.dataset;
    const own = pname ?? (field.matches("select") ? "Example or type of content" : field.matches("textarea") ? "Body" : field.placeholder);
    if (!field.ariaLabel && own) field.ariaLabel = own;
  }
  for (const code of root.querySelectorAll(".tab-content pre")) code.tabIndex = 0; // a long line is scrolled
  for (const list of root.querySelectorAll("nav")) list.ariaLabel = list.parentElement?.closest("nav") ? "Operations" : "Reference";
  for (const element of root.querySelectorAll("*")) if (element.shadowRoot) watch(element.shadowRoot);
}

/** Describes what can also be null as what it is otherwise, here and in all parts: the viewer would show a choice of two each time. */
function simplify(schema, seen) {
  if (!schema || typeof schema !== "object" || seen.has(schema)) return;
  seen.add(schema);
  const others = Array.isArray(schema.anyOf) ? schema.anyOf.filter(({ type }) => type !== "null") : [];
  if (others.length && others.length < schema.anyOf.length && (others.length === 1 || others.every((one) => one.enum))) {
    const { anyOf, ...own } = schema;
    const values = others.flatMap((one) => one.enum ?? []);
    delete schema.anyOf;
    Object.assign(schema, others[0], values.length ? { enum: values } : {}, own, { nullable: true });
  }
  for (const part of Object.values(schema)) simplify(part, seen);
}

const spaced = (tag) => tag.replaceAll("_", " ");

/** Leaves out the deprecated twins under `/api/environments/`, which would double the page, and rewrites examples: the viewer would
    read an object as several named examples, and would send the example of every filter with each request. */
function prepare({ detail: { spec } }) {
  for (const path of Object.keys(spec.paths)) if (path.startsWith("/api/environments/")) delete spec.paths[path];
  for (const [path, item] of Object.entries(spec.paths)) {
    for (const [method, operation] of Object.entries(item)) if (operation.operationId) operation["x-codeSamples"] = snippets(spec, location.origin, path, method, operation);
  }
  simplify(spec.paths, new Set());
  const operations = Object.values(spec.paths).flatMap((item) => Object.values(item));
  for (const operation of operations) operation.tags = operation.tags.map(spaced);
  for (const tag of spec.tags) tag.name = spaced(tag.name);
  for (const parameter of operations.flatMap(({ parameters }) => parameters ?? [])) {
    if (parameter.required || parameter.example === undefined) continue;
    parameter.description += ` For example \`${parameter.example}\`.`;
    delete parameter.example;
  }
  const holders = operations.flatMap(({ requestBody, responses }) => [requestBody, ...Object.values(responses ?? {})]);
  for (const media of holders.flatMap((holder) => Object.values(holder?.content ?? {}))) {
    if (media.example === undefined) continue;
    media.examples = { Example: { value: media.example } };
    delete media.example;
  }
}

paint();
dark.addEventListener("change", paint);
new MutationObserver(paint).observe(root, { attributeFilter: ["data-theme"] });
customElements.whenDefined("rapi-doc").then(() => watch(reference.shadowRoot));
reference.addEventListener("before-render", prepare);
reference.setAttribute("spec-url", "/api/schema/?format=json");
