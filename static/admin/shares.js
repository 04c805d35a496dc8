// The table of all current and earlier shares.

import { all, api, firstPage, SignedOut } from "./api.js";
import { checklist } from "./checklist.js";
import { attempt, button, copy, empty, foot, h, notice, pager, table, when } from "./dom.js";
import { addressed, arrows, choice, filterBar, opener, searchBox } from "./filters.js";
import { ending } from "./share-end.js";
import { viewsChart } from "./share-views.js";
import { onChange } from "./live.js";
import { create } from "./share-create.js";
import { pick } from "./share-pick.js";
import { rotate, settingsOf } from "./share-settings.js";
import { embed, KIND_CHOICES, KINDS, keyOf, link, sharing, title } from "./share-things.js";

const LIMIT = 50;
const STATES = { on: (it) => it.enabled, off: (it) => !it.enabled, password: (it) => it.password_required, ends: (it) => it.expires_at && !it.expired, ended: (it) => it.expired };
const ORDERS = {
  name: (a, b) => title(a).localeCompare(title(b)),
  views: (a, b) => b.views - a.views,
  opened: (a, b) => (b.last_viewed_at ?? "").localeCompare(a.last_viewed_at ?? ""),
  "": (a, b) => b.created_at.localeCompare(a.created_at),
};

/** The shares that match the filters of `place`, sorted. */
function chosen(list, place) {
  const [words, kind, fits] = [place.get("search").toLowerCase(), place.get("kind"), STATES[place.get("state")] ?? (() => true)];
  const left = list.filter((it) => (!kind || it.parent === kind) && fits(it) && title(it).toLowerCase().includes(words));
  return left.sort(ORDERS[place.get("sort")] ?? ORDERS[""]);
}

/** Toggles at once, and back if the server refuses. */
async function toggle(scene, share, draw) {
  if (share.busy) return;
  const flip = () => {
    share.enabled = !share.enabled;
    draw();
  };
  share.busy = true;
  flip();
  try {
    await api("PATCH", sharing(scene.base, share), { enabled: share.enabled });
  } catch (error) {
    flip();
    if (error instanceof SignedOut) throw error;
    notice(`${title(share)} is still ${share.enabled ? "on" : "off"}. ${error.message}`, true);
  } finally {
    share.busy = false;
  }
}

function row(scene, place, share, { draw, saved }) {
  const name = title(share);
  const state = button(share.enabled ? "On" : "Off", () => toggle(scene, share, draw), { role: "switch", "aria-checked": String(share.enabled), "aria-label": `Share ${name}` });
  const renew = () => rotate(scene.base, share, (made) => saved(share, made));
  const actions = h("div", { class: "row" },
    button("Copy link", () => copy(link(share), "The link is"), { "aria-label": `Copy link of ${name}` }),
    button("Copy embed", () => copy(embed(share), "The embed code is"), { "aria-label": `Copy embed code of ${name}` }),
    button("Settings…", () => place.set({ share: keyOf(share) }), { "aria-label": `Settings of ${name}` }),
    button("Rotate…", renew, { class: "danger", "aria-label": `Rotate link of ${name}` }));
  return [
    [h("a", { href: place.href({ share: keyOf(share) }), class: "name" }, name), h("div", {}, h("small", {}, KINDS[share.parent].name, share.parent_deleted ? ", deleted: its page is closed" : ""))],
    h("div", {}, state, ending(share)), share.password_required ? "Link and password" : "Link",
    when(share.created_at), when(share.last_viewed_at), { cell: [share.views.toLocaleString(), viewsChart(share.daily_views)], class: "number" }, actions,
  ];
}

const pathOf = (base) => `${base}/sharing_configurations/`;

/** The first requests of this section. */
export const firstOfShares = (base) => [firstPage(pathOf(base))];

const COLUMNS = ["Name", "State", "Opens with", "Created", "Last opened", "Opened", "Actions"];

export async function shares(scene) {
  const body = h("div", {});
  const search = searchBox();
  const controls = {
    search,
    kind: choice("Kind", KIND_CHOICES),
    state: choice("State", [["", "Any"], ["on", "On"], ["off", "Off"], ["password", "With a password"], ["ends", "With an end"], ["ended", "Ended"]]),
    sort: choice("Sort", [["", "Newest first"], ["name", "Name"], ["opened", "Last opened"], ["views", "Opened most"]]),
  };
  let list = await all(pathOf(scene.base));
  const first = h("div", {});
  if (!list.length) attempt(async () => first.append(await checklist(scene)));
  const saved = (share, now) => {
    Object.assign(share, { enabled: now.enabled, password_required: now.password_required, access_token: now.access_token, created_at: now.created_at });
    draw();
  };
  const add = () => button("Share something…", () => place.set({ new: "1" }), { class: "main" });
  const nothing = () => (list.length ? empty("Nothing fits", "No share matches these filters.")
    : empty("Nothing is shared yet", "Share a notebook, an insight, a dashboard or a recording, and send the link to the people who should see it. They need no account.", add()));
  /** Hears when the list was loaded anew. */
  const renewed = new EventTarget();
  let drawn = "";
  const draw = () => {
    drawn = JSON.stringify(list);
    const found = chosen(list, place);
    const offset = Math.min(Number(place.get("offset")) || 0, Math.max(0, found.length - 1));
    const page = found.slice(offset, offset + LIMIT);
    bar.hidden = list.length === 0;
    head.replaceChildren(h("h1", {}, "Shares"), list.length ? add() : "");
    body.replaceChildren(...(page.length
      ? [table("Shares", COLUMNS, page.map((share) => row(scene, place, share, { draw, saved }))), foot(pager(found.length, offset, LIMIT, (to) => place.set({ offset: to || null })), () => firstPage(pathOf(scene.base)))]
      : [nothing(), list.length ? "" : first]));
  };
  const follow = () => {
    draw();
    openSettings();
    openPick();
  };
  /** Takes over what the server has, without replacing what a dialog or a switch is working on. */
  const reload = async () => {
    const now = await all(pathOf(scene.base));
    const known = new Map(list.map((share) => [keyOf(share), share]));
    const taken = now.map((share) => {
      const mine = known.get(keyOf(share));
      return mine ? (mine.busy ? mine : Object.assign(mine, share)) : share;
    });
    for (const share of list) if (!taken.includes(share)) share.gone = true;
    list = taken;
    if (JSON.stringify(taken) !== drawn) draw();
    renewed.dispatchEvent(new Event("renewed"));
  };
  const place = addressed(scene, controls, follow);
  const openSettings = opener(scene, place, "share", (key, signal) => settingsOf(scene, list, key, { saved, renewed, signal }));
  const openPick = opener(scene, place, "new", async (_, signal) => {
    const picked = await pick(scene, list, signal);
    if (!picked) return;
    const earlier = list.find((it) => keyOf(it) === keyOf(picked));
    const made = earlier?.enabled ? { settings: true } : await create(scene, earlier ?? picked, signal);
    if (!made) return;
    await reload();
    place.set({ new: null, share: made.settings ? keyOf(picked) : null }, true);
  });
  const head = h("div", { class: "head" });
  const bar = filterBar(Object.values(controls));
  scene.view.append(head, bar, body);
  arrows(body, "a.name", search);
  follow();
  onChange(scene, ["shares"], () => reload().catch((error) => { if (error instanceof SignedOut) throw error; }));
}
