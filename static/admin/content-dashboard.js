// The editor of a dashboard: its insights, their order and their places.

import { api } from "./api.js";
import { ask, button, field, h } from "./dom.js";
import { flow, placeOf, tileGrid } from "./content-grid.js";
import { insightSearch, nameOf } from "./insight-search.js";

/** The words for a tile: the name of its insight, or what else it shows. */
const tileName = (tile) => (tile.insight ? nameOf(tile.insight) : tile.text ? `Text: ${tile.text.body.slice(0, 60)}` : "Something else");

/** Asks for a new dashboard or changes of `dashboard`. Resolves with the saved dashboard, or null. */
export function editDashboard(scene, dashboard, signal) {
  const name = h("input", { maxlength: "400", autocomplete: "off", required: true, value: dashboard?.name ?? "" });
  const description = h("textarea", { rows: 2, value: dashboard?.description ?? "" });
  const before = (dashboard?.tiles ?? []).map((tile) => ({ id: tile.id, insight: tile.insight?.id, name: tileName(tile), at: placeOf(tile.layouts) }));
  const isPlaced = before.length > 0 && before.every(({ at }) => at);
  if (!isPlaced) flow(before);
  const stored = JSON.stringify(isPlaced ? before.map(({ at }) => at) : null);
  let tiles = [...before];
  const list = h("ol", { class: "tiles" });

  const move = (from, by) => {
    const to = from + by;
    if (to < 0 || to >= tiles.length) return;
    const [tile] = tiles.splice(from, 1);
    tiles.splice(to, 0, tile);
    flow(tiles);
    draw();
  };
  const row = (tile, index) => {
    const steps = { ArrowUp: -1, ArrowDown: 1 };
    const onkeydown = (event) => {
      if (!event.altKey || !steps[event.key]) return;
      event.preventDefault();
      move(index, steps[event.key]);
    };
    return h("li", { onkeydown }, h("span", {}, tile.name), h("span", { class: "row" },
      button("↑", () => move(index, -1), { "aria-label": `Move ${tile.name} up`, title: "Also Alt ↑" }),
      button("↓", () => move(index, 1), { "aria-label": `Move ${tile.name} down`, title: "Also Alt ↓" }),
      button("Remove", () => {
        tiles = tiles.filter((one) => one !== tile);
        flow(tiles);
        draw();
      }, { "aria-label": `Remove ${tile.name}` })));
  };
  /** The order follows the places in the grid. */
  const places = tileGrid(() => {
    tiles.sort(({ at: one }, { at: other }) => one.y - other.y || one.x - other.x);
    drawList();
  });
  const grid = h("fieldset", {}, h("legend", {}, "Grid"), places.node);
  const drawList = () => list.replaceChildren(...(tiles.length ? tiles.map(row) : [h("li", { class: "quiet" }, "Nothing yet: add insights below.")]));
  const draw = () => {
    drawList();
    grid.hidden = tiles.length === 0;
    places.show(tiles);
  };
  const put = (insight) => {
    if (!tiles.some((one) => one.insight === insight.id)) {
      const added = { insight: insight.id, name: nameOf(insight), at: null };
      const bottom = Math.max(0, ...tiles.map(({ at }) => at.y + at.h));
      tiles.push(added);
      const last = tiles.at(-2)?.at;
      // Beside the last tile, if there is room, else below all.
      added.at = last && last.x + last.w <= 6 && last.w <= 6 ? { x: 6, y: last.y, w: 6, h: last.h } : { x: 0, y: bottom, w: 6, h: 5 };
    }
    draw();
  };
  draw();

  /** Saves name and description, then which insights are on it, then their places. */
  const save = async () => {
    const path = `${scene.base}/dashboards/`;
    const fields = { name: name.value, description: description.value };
    const gone = before.filter((tile) => !tiles.includes(tile)).map(({ id }) => ({ id, deleted: true }));
    const saved = dashboard ? await api("PATCH", `${path}${dashboard.id}/`, { ...fields, ...(gone.length ? { tiles: gone } : {}) }) : await api("POST", path, fields);
    for (const { insight } of tiles.filter((tile) => !tile.id)) {
      const { dashboards } = await api("GET", `${scene.base}/insights/${insight}/`);
      await api("PATCH", `${scene.base}/insights/${insight}/`, { dashboards: [...new Set([...dashboards, saved.id])] });
    }
    if (tiles.length && JSON.stringify(tiles.map(({ at }) => at)) !== (tiles.every((tile, index) => tile === before[index]) ? stored : "")) {
      const now = tiles.every((tile) => tile.id) ? null : await api("GET", `${path}${saved.id}/`);
      let height = 0;
      const placed = tiles.map(({ id, insight, at }) => {
        const xs = { x: 0, y: height, w: 1, h: at.h };
        height += at.h;
        return { id: id ?? now.tiles.find((one) => one.insight?.id === insight).id, layouts: { sm: at, xs } };
      });
      await api("PATCH", `${path}${saved.id}/`, { tiles: placed });
    }
    return saved;
  };
  return ask(dashboard ? `Change ${dashboard.name || "the dashboard"}` : "New dashboard", [
    field("Name", {}, name), field("Description", { hint: "in Markdown; may be empty" }, description),
    h("div", { class: "beside" },
      h("div", {}, h("fieldset", {}, h("legend", {}, "Insights, in their order"), list), insightSearch(scene, "Add an insight", put, signal)),
      grid),
  ], "Save", save, "main", { signal, isLong: true, class: "wide" });
}
