// The tiles of a dashboard, in the author's layout: a grid of 12 columns, on narrow screens one column.
import { h, link, list, object } from "./dom.js";
import { markdown } from "./drawing.js";
import { freshness, insightBody, nameOf } from "./insight.js";

const COLUMNS = 12;

/** The tiles of the dashboard in `data`, placed. */
export function board(data) {
  const tiles = placed(list(data.dashboard.tiles));
  return h("div", { class: "tiles" }, tiles.map(([tile, column, row]) => {
    const element = card(tile, data);
    element.style.setProperty("--column", column); // allowed by the policy, unlike an attribute
    element.style.setProperty("--row", row);
    return element;
  }));
}

const COLOURS = ["black", "blue", "green", "purple", "red", "yellow"];

function card(tile, data) {
  const { insight, text, button_tile: button } = tile;
  const colour = COLOURS.includes(tile.color) ? ` tile-${tile.color}` : "";
  const bare = (tile.transparent_background ? " bare" : "") + colour;
  if (text) return h("section", { class: `card text${bare}` }, markdown(text.body, data));
  if (button) return h("section", { class: `card action${bare}` }, action(object(button)));
  if (!insight) return h("section", { class: "card" }, h("p", { class: "empty" }, "This tile is of a kind that is not shown here."));
  return h("section", { class: `card${bare}` }, h("h2", {}, h("bdi", {}, nameOf(insight))),
    tile.show_description !== false && insight.description ? h("div", { class: "muted" }, markdown(insight.description, data)) : null,
    insightBody(insight, { showLegend: data.legend, detailed: data.detailed, tools: data.type === "scene" }), freshness(insight));
}

/** A button that leads to another site. What leads into the author's own account is not for visitors. */
function action({ url, text }) {
  const words = String(text || url || "Button");
  return /^\s*(https?|mailto):/i.test(url) ? link(url, words) : h("span", { class: "private" }, `${words} (leads to a page that is not shared)`);
}

/**
 * Tiles with their column and row in the grid, in the order in which they are read. A row is as high as its tiles need, so only the order
 * of the author's edges counts. A tile without a place, or whose place is taken, comes after the others, two in a row.
 */
function placed(tiles) {
  const fixed = [];
  const rest = [];
  for (const tile of tiles) {
    const at = place(object(object(tile.layouts).sm));
    const isFree = at && fixed.every(([, other]) => at.x >= other.x + other.w || other.x >= at.x + at.w || at.y >= other.y + other.h || other.y >= at.y + at.h);
    if (isFree) fixed.push([tile, at]);
    else rest.push(tile);
  }
  fixed.sort(([, one], [, other]) => one.y - other.y || one.x - other.x);
  const edges = [...new Set(fixed.flatMap(([, at]) => [at.y, at.y + at.h]))].sort((one, other) => one - other);
  const row = new Map(edges.map((edge, index) => [edge, index + 1]));
  const first = Math.max(1, edges.length);
  return [
    ...fixed.map(([tile, { x, y, w, h: height }]) => [tile, `${x + 1} / span ${w}`, `${row.get(y)} / ${row.get(y + height)}`]),
    ...rest.map((tile, index) => {
      const isAlone = index % 2 === 0 && index === rest.length - 1;
      return [tile, isAlone ? "1 / -1" : `${1 + 6 * (index % 2)} / span 6`, String(first + Math.floor(index / 2))];
    }),
  ];
}

/** A place in the grid, if it is one. */
function place({ x, y, w, h: height }) {
  const isRight = [x, y, w, height].every((side) => Number.isInteger(side) && side >= 0 && side <= 100_000) && w > 0 && height > 0 && x + w <= COLUMNS;
  return isRight ? { x, y, w, h: height } : null;
}
