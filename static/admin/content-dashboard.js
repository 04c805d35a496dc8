// The editor of a dashboard: its insights and their order.

import { api } from "./api.js";
import { ask, button, field, h } from "./dom.js";
import { redrawn } from "./filters.js";
import { insightSearch, nameOf } from "./insight-search.js";

/** The words for a tile: the name of its insight, or what else it shows. */
const tileName = (tile) => (tile.insight ? nameOf(tile.insight) : tile.text ? `Text: ${tile.text.body.slice(0, 60)}` : "Something else");

/** Asks for a new dashboard or changes of `dashboard`. Resolves with the saved dashboard, or null. */
export function editDashboard(scene, dashboard, signal) {
  const name = h("input", { maxlength: "400", autocomplete: "off", required: true, value: dashboard?.name ?? "" });
  const description = h("textarea", { rows: 2, value: dashboard?.description ?? "" });
  const before = (dashboard?.tiles ?? []).map((tile) => ({ id: tile.id, insight: tile.insight?.id, name: tileName(tile) }));
  let tiles = [...before];
  const list = h("ol", { class: "tiles" });

  const move = (from, by) => {
    const to = from + by;
    if (to < 0 || to >= tiles.length) return;
    const [tile] = tiles.splice(from, 1);
    tiles.splice(to, 0, tile);
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
        draw();
      }, { "aria-label": `Remove ${tile.name}` })));
  };
  const draw = () => redrawn(list, () => list.replaceChildren(...(tiles.length ? tiles.map(row) : [h("li", { class: "quiet" }, "Nothing yet: add insights below.")])));
  const put = (insight) => {
    if (!tiles.some((one) => one.insight === insight.id)) tiles.push({ insight: insight.id, name: nameOf(insight) });
    draw();
  };
  draw();

  /** Saves name and description, then which insights are on it, then their order. */
  const save = async () => {
    const path = `${scene.base}/dashboards/`;
    const fields = { name: name.value, description: description.value };
    const gone = before.filter((tile) => !tiles.includes(tile)).map(({ id }) => ({ id, deleted: true }));
    const saved = dashboard ? await api("PATCH", `${path}${dashboard.id}/`, { ...fields, ...(gone.length ? { tiles: gone } : {}) }) : await api("POST", path, fields);
    for (const { insight } of tiles.filter((tile) => !tile.id)) {
      const { dashboards } = await api("GET", `${scene.base}/insights/${insight}/`);
      await api("PATCH", `${scene.base}/insights/${insight}/`, { dashboards: [...new Set([...dashboards, saved.id])] });
    }
    if (tiles.length) {
      const now = await api("GET", `${path}${saved.id}/`);
      const order = tiles.map((tile) => tile.id ?? now.tiles.find((one) => one.insight?.id === tile.insight).id);
      await api("POST", `${path}${saved.id}/reorder_tiles/`, { tile_order: order, layout: "preserve" });
    }
    return saved;
  };
  return ask(dashboard ? `Change ${dashboard.name || "the dashboard"}` : "New dashboard", [
    field("Name", {}, name), field("Description", { hint: "in Markdown; may be empty" }, description),
    h("fieldset", {}, h("legend", {}, "Insights, in their order"), list),
    insightSearch(scene, "Add an insight", put, signal),
  ], "Save", save, "main", { signal, isLong: true });
}
