// Formulas: TeX as MathML, made by a library that is loaded only by pages with a formula.
import { h } from "./dom.js";

const LIBRARY = "/static/vendor/temml-0.13.5";
// Nothing outside, and bounds on what a formula can define and how large it can draw.
const OPTIONS = { displayMode: true, throwOnError: true, trust: false, maxExpand: 1000, maxSize: [20, 20] };
const LONGEST = 5000; // letters of a formula that is rendered
let room = 100_000; // letters of all of a page
let loading = null;

function library() {
  if (globalThis.temml) return globalThis.temml; // in a page that is a file
  loading ??= new Promise((done, fail) => {
    document.head.append(h("link", { rel: "stylesheet", href: `${LIBRARY}/Temml-Local.css` }),
      h("script", { src: `${LIBRARY}/temml.min.js`, onload: () => done(globalThis.temml), onerror: fail }));
  });
  return loading;
}

/** The formula `source`; the source itself if it cannot be rendered. */
export function formula(source) {
  const box = h("div", { class: "latex", tabindex: "0", role: "group", "aria-label": "Formula" }, h("code", {}, source));
  if (source.length <= Math.min(LONGEST, room)) {
    room -= source.length;
    render(box, source).catch(() => {}); // the source stays
  }
  return box;
}

async function render(box, source) {
  const { render: write } = await library();
  const drawn = document.createElement("div");
  write(source, drawn, OPTIONS);
  box.replaceChildren(...drawn.childNodes);
}
