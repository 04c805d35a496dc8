// The grid of a dashboard, 12 columns wide: its tiles are moved and resized by pointer and by keyboard.

import { h } from "./dom.js";

const COLUMNS = 12;
/** The size of a tile that has none, and the height of a row in the grid, in pixels. */
const [WIDTH, HEIGHT] = [6, 5];
const ROW = 18;

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const clash = (one, other) => one.x < other.x + other.w && other.x < one.x + one.w && one.y < other.y + other.h && other.y < one.y + one.h;
const inOrder = ({ at: one }, { at: other }) => one.y - other.y || one.x - other.x;

/** The place in `layouts`, if it is one. */
export function placeOf(layouts) {
  const { x, y, w, h: height } = layouts?.sm ?? {};
  const isRight = [x, y, w, height].every((side) => Number.isInteger(side) && side >= 0 && side <= 100_000) && w > 0 && height > 0 && x + w <= COLUMNS;
  return isRight ? { x, y, w, h: height } : null;
}

/** Places `tiles` in their order, each as far up as it fits and then as far left. They keep their sizes. */
export function flow(tiles) {
  const tops = new Array(COLUMNS).fill(0);
  for (const tile of tiles) {
    const { w, h: height } = tile.at ?? { w: WIDTH, h: HEIGHT };
    const free = Array.from({ length: COLUMNS - w + 1 }, (_, x) => Math.max(...tops.slice(x, x + w)));
    const y = Math.min(...free);
    const x = free.indexOf(y);
    tops.fill(y + height, x, x + w);
    tile.at = { x, y, w, h: height };
  }
}

/** Makes room around `fixed`: the others move up as far as they fit, in their order; then it does. */
function settle(tiles, fixed) {
  const others = tiles.filter((one) => one !== fixed).sort(inOrder);
  const makeRoom = () => others.forEach((tile, index) => {
    const at = { ...tile.at, y: 0 };
    const placed = [fixed, ...others.slice(0, index)];
    for (let other; (other = placed.find((one) => clash(one.at, at)));) at.y = other.at.y + other.at.h;
    tile.at = at;
  });
  makeRoom();
  while (fixed.at.y > 0 && !others.some((one) => clash(one.at, { ...fixed.at, y: fixed.at.y - 1 }))) fixed.at.y -= 1;
  makeRoom();
}

const words = (tile) => `${tile.name}: columns ${tile.at.x + 1} to ${tile.at.x + tile.at.w}, from row ${tile.at.y + 1}, ${tile.at.h} rows high`;

/**
 * The grid for `tiles`, which have a `name` and a place `at`. `changed()` is called after each change of places. `show(tiles)` draws
 * other tiles.
 */
export function tileGrid(changed) {
  const board = h("div", { class: "grid", role: "group", "aria-label": "Places of the tiles" });
  const says = h("p", { class: "quiet", role: "status" });
  const nodes = new Map();
  let tiles = [];

  const paint = () => {
    for (const tile of tiles) {
      const node = nodes.get(tile);
      node.style.gridColumn = `${tile.at.x + 1} / span ${tile.at.w}`;
      node.style.gridRow = `${tile.at.y + 1} / span ${tile.at.h}`;
      node.setAttribute("aria-label", words(tile));
    }
  };
  /** Moves `tile` by columns and rows, or resizes it, from the places `before`. */
  const shift = (tile, [columns, rows], isSize, before) => {
    for (const [one, at] of before) one.at = { ...at };
    const { x, y, w, h: height } = tile.at;
    const within = (value, least, most) => Math.min(most, Math.max(least, value));
    tile.at = isSize ? { x, y, w: within(w + columns, 1, COLUMNS - x), h: within(height + rows, 1, 100) } : { x: within(x + columns, 0, COLUMNS - w), y: Math.max(0, y + rows), w, h: height };
    settle(tiles, tile);
    paint();
  };
  const places = () => tiles.map((tile) => [tile, tile.at]);
  const done = (tile) => {
    says.textContent = words(tile);
    changed();
  };
  /** Follows the pointer until it is released; Escape puts all back. */
  const drag = (event, tile, isSize) => {
    if (event.button !== 0) return;
    event.preventDefault();
    event.stopPropagation();
    const node = nodes.get(tile);
    node.focus();
    node.setPointerCapture(event.pointerId);
    node.classList.add("dragged");
    const before = places();
    const { clientX, clientY } = event;
    const column = board.clientWidth / COLUMNS;
    const end = new AbortController();
    const leave = () => {
      end.abort();
      node.classList.remove("dragged");
    };
    const on = (name, listener, target = node) => target.addEventListener(name, listener, { signal: end.signal, capture: true });
    on("pointermove", (now) => shift(tile, [Math.round((now.clientX - clientX) / column), Math.round((now.clientY - clientY) / ROW)], isSize, before));
    on("pointerup", () => {
      leave();
      done(tile);
    });
    const undo = () => {
      leave();
      shift(tile, [0, 0], false, before);
    };
    on("pointercancel", undo);
    on("keydown", (key) => {
      if (key.key !== "Escape") return;
      key.preventDefault();
      key.stopPropagation();
      undo();
    }, document);
  };
  const onkeydown = (event, tile) => {
    const step = STEPS[event.key];
    if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const before = places();
    // A step down goes below what is there, since everything moves up.
    const below = !event.shiftKey && step[1] > 0 ? tiles.filter((one) => one !== tile && one.at.y >= tile.at.y + tile.at.h && one.at.x < tile.at.x + tile.at.w && tile.at.x < one.at.x + one.at.w).sort(inOrder)[0] : null;
    const above = !event.shiftKey && step[1] < 0 ? tiles.filter((one) => one !== tile && one.at.y + one.at.h <= tile.at.y && one.at.x < tile.at.x + tile.at.w && tile.at.x < one.at.x + one.at.w).sort(inOrder).pop() : null;
    shift(tile, below ? [0, below.at.h] : above ? [0, above.at.y - tile.at.y] : step, event.shiftKey, before);
    done(tile);
  };
  const show = (now) => {
    tiles = now;
    nodes.clear();
    board.replaceChildren(...tiles.map((tile) => {
      const grip = h("span", { class: "grip", title: "Drag to resize", onpointerdown: (event) => drag(event, tile, true) });
      const node = h("div", { class: "tile", role: "button", tabindex: "0", "aria-roledescription": "tile", "aria-describedby": "grid-help", onkeydown: (event) => onkeydown(event, tile), onpointerdown: (event) => drag(event, tile, false) }, h("span", {}, tile.name), grip);
      nodes.set(tile, node);
      return node;
    }));
    paint();
  };
  const help = h("p", { id: "grid-help", class: "quiet" }, "Drag a tile to move it, its corner to resize it. By keyboard: the arrow keys move the tile that has the focus, with Shift they resize it.");
  return { node: h("div", {}, help, h("div", { class: "board", tabindex: "-1" }, board), says), show };
}
