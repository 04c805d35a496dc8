// The settings of one share, with a preview of the page.

import { api, SignedOut } from "./api.js";
import { button, check, confirm, copy, curlButton, dialog, field, h, notice, select } from "./dom.js";
import { endChoice, extras } from "./share-end.js";
import { passwords } from "./share-passwords.js";
import { preview } from "./share-preview.js";
import { viewsChart, viewsText } from "./share-views.js";
import { embed, keyOf, link, sharing, title } from "./share-things.js";

const SETTINGS = {
  whitelabel: ["Hide the name of the server", ["insight", "dashboard", "notebook", "session_recording"]],
  noHeader: ["Hide title and description", ["insight"]],
  legend: ["Show the legend", ["insight"]],
  detailed: ["Show the table of results", ["insight"]],
  hideExtraDetails: ["Hide who created it and when", ["insight", "notebook"]],
  showInspector: ["Show the inspector", ["session_recording"]],
};

const THEMES = [["system", "As the visitor's system"], ["light", "Light"], ["dark", "Dark"]];

/** Replaces the link of `share` after confirmation. Returns its configuration, or null if cancelled. */
export async function rotate(base, share) {
  const path = sharing(base, share);
  const atOnce = check("End the old link at once", {}, "by disabling and enabling the share");
  const text = ["The old link works for five more minutes. Everyone who should still see the page needs the new one. Settings and passwords stay.", atOnce];
  const made = await confirm("Replace the link?", text, "Rotate link", async () => {
    let now = await api("POST", `${path}refresh/`);
    if (atOnce.querySelector("input").checked && now.enabled) {
      await api("PATCH", path, { enabled: false });
      now = await api("PATCH", path, { enabled: true });
    }
    return now;
  });
  if (!made) return null;
  await copy(link(made), "The new link is");
  return made;
}

/** Sends changes one after the other. A change that the server refuses is reverted, and the reason shown. */
function saver(path, saved) {
  const says = h("p", { class: "says", role: "status" });
  let queue = Promise.resolve();
  const save = (change, back, { at = path, take = saved } = {}) => {
    queue = queue.then(async () => {
      try {
        take(await api("PATCH", at, typeof change === "function" ? change() : change));
        says.classList.remove("error");
        says.textContent = "Saved.";
      } catch (error) {
        back();
        if (error instanceof SignedOut) throw error;
        says.classList.add("error");
        says.textContent = `Not saved. ${error.message}`;
      }
    });
    return queue;
  };
  return { says, save };
}

/** A checkbox for each setting of the kind of object. */
function looks(share, configuration, save) {
  const chosen = { ...configuration.settings };
  const settings = () => ({ settings: chosen });
  const boxes = Object.entries(SETTINGS).filter(([, [, kinds]]) => kinds.includes(share.parent)).map(([key, [label]]) =>
    check(label, { checked: chosen[key] === true, onchange: ({ target }) => {
      chosen[key] = target.checked;
      save(settings, () => { chosen[key] = target.checked = !target.checked; });
    } }));
  const theme = select(THEMES, chosen.theme ?? "system", { onchange: () => {
    const before = chosen.theme;
    chosen.theme = theme.value;
    save(settings, () => { chosen.theme = before; theme.value = before ?? "system"; });
  } });
  return h("fieldset", {}, h("legend", {}, "Appearance"), boxes, field("Colours", {}, theme));
}

function addresses(scene, share, configuration, saved) {
  const shown = h("input", { class: "secret", readonly: true, "aria-label": "Link", onfocus: () => shown.select() });
  const open = h("a", { target: "_blank", rel: "noopener" }, "Open the page");
  const file = h("a", { href: `${extras(scene.base, share)}page/`, download: "" }, "Download as a page");
  const show = (now) => {
    shown.value = link(now);
    open.href = link(now);
    file.hidden = !now.enabled || share.expired || share.parent_deleted;
  };
  show(configuration());
  const renew = async () => {
    const made = await rotate(scene.base, share);
    if (made) saved(made);
  };
  return { show, node: h("div", {}, shown, h("div", { class: "row tight" },
    button("Copy link", () => copy(link(configuration()), "The link is")),
    button("Copy embed code", () => copy(embed(configuration()), "The embed code is")),
    button("Rotate…", renew, { class: "danger" }), open, file)) };
}

/** Shows the settings of `share` until they are closed; `saved(configuration)` is called after each change. */
export async function settings(scene, share, saved, signal) {
  const path = sharing(scene.base, share);
  let now = await api("GET", path);
  await dialog(`Settings of ${title(share)}`, (close) => {
    const beside = preview(share);
    const all = (configuration) => {
      now = configuration;
      saved(now);
      for (const part of [links, locks, beside]) part.show(now);
    };
    const { says, save } = saver(path, all);
    const locks = passwords(path, (secret) => beside.unlock(now, secret));
    const links = addresses(scene, share, () => now, all);
    const toggle = (key, label, hint) => check(label, { checked: now[key], onchange: ({ target }) =>
      save({ [key]: target.checked }, () => { target.checked = !target.checked; }) }, hint);
    const end = endChoice(share.expires_at, () => {
      const ends = { expires_at: end.value() };
      save(ends, () => end.set(share.expires_at), { at: extras(scene.base, share), take: ({ expires_at, expired }) => {
        Object.assign(share, { expires_at, expired });
        end.set(expires_at);
        all(now);
      } });
    });
    locks.show(now);
    beside.show(now);
    return [h("div", { class: "beside" },
      h("div", {}, toggle("enabled", "The link works"), links.node,
        end.node, toggle("password_required", "Ask for a password"), locks.node, looks(share, now, save)),
      h("div", {}, beside.node, h("p", { class: "quiet" }, `${viewsText(share.daily_views)}.`), viewsChart(share.daily_views))),
    h("div", { class: "buttons" }, says, curlButton(() => ({ requests: [
      { method: "PATCH", path, body: { enabled: now.enabled, password_required: now.password_required, settings: now.settings ?? {} } },
      { method: "PATCH", path: extras(scene.base, share), body: { expires_at: share.expires_at } },
    ] })), button("Done", () => close(true), { class: "main" }))];
  }, { class: "wide", signal });
}

/** Opens the settings of the share that `key` names; shows a notice if it does not exist. */
export async function settingsOf(scene, list, key, saved, signal) {
  const share = list.find((it) => keyOf(it) === key);
  if (!share) return notice("This share no longer exists.", true);
  return settings(scene, share, (now) => saved(share, now), signal);
}
