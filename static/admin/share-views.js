// How often a share was opened on each of the last 30 days, as a small chart.

import { h } from "./dom.js";

/** The width of a day and the height of the chart. */
const [DAY, HEIGHT] = [4, 28];

function svg(name, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

const ago = (days) => (days === 0 ? "Today" : days === 1 ? "Yesterday" : `${days} days ago`);

/** Describes `views`, whose last number is of today. */
export function viewsText(views) {
  const total = views.reduce((sum, one) => sum + one, 0);
  if (total === 0) return "Not opened in the last 30 days";
  return `Opened ${total === 1 ? "once" : `${total.toLocaleString()} times`} in the last 30 days`;
}

/** A bar for each day; nothing if there were no views. */
export function viewsChart(views) {
  const most = Math.max(...views);
  if (most === 0) return null;
  const bars = views.map((count, at) => {
    const height = count && Math.max(2, Math.round((count / most) * (HEIGHT - 2)));
    const bar = svg("rect", { x: at * DAY, y: HEIGHT - 1 - height, width: DAY - 1, height });
    bar.append(svg("title", {}, `${ago(views.length - 1 - at)}: ${count.toLocaleString()}`));
    return bar;
  });
  const width = views.length * DAY;
  const ground = svg("path", { d: `M0 ${HEIGHT - 0.5}H${width}` });
  return h("div", { class: "views" }, svg("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, role: "img", "aria-label": `${viewsText(views)}, at most ${most.toLocaleString()} a day` }, ground, ...bars));
}
