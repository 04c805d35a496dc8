// A frame with a page in it, which is replaced without flicker.

import { h } from "./dom.js";

/** A stage; `show` puts on it a frame with these attributes, `clear` takes it away. */
export function stage() {
  const node = h("div", { class: "stage" });
  const show = (attributes) => {
    const frame = h("iframe", { ...attributes, class: "coming" });
    // The old page stays until the new one has loaded.
    frame.addEventListener("load", () => {
      if (!frame.isConnected) return;
      while (node.firstChild !== frame) node.firstChild.remove();
      frame.classList.remove("coming");
    });
    node.append(frame);
  };
  return { node, show, clear: () => node.replaceChildren() };
}

/** The document of a public page that shows `data`, before it is shared. This file is part of a script element, which must not end here. */
export function publicPage(data) {
  const theme = document.documentElement.dataset.theme ?? "system";
  const text = JSON.stringify({ type: "embed", ...data }).replaceAll("<", "\\u003c");
  return `<!doctype html><html lang="en" data-theme="${theme}"><head><meta charset="utf-8"><title>Preview</title>
    <link rel="stylesheet" href="/static/vendor/uplot-1.6.32/uPlot.min.css"><link rel="stylesheet" href="/static/viewer/viewer.css">
    <script type="module" src="/static/viewer/viewer.js"><\/script></head>
    <body class="embedded"><main id="root"></main><script id="posthog-exported-data" type="application/json">${text}<\/script></body></html>`;
}
