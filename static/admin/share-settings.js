// The settings of one share, with a preview of the page.

import { api, SignedOut } from "./api.js";
import { button, check, confirm, copy, curlButton, dialog, field, h, notice, select } from "./dom.js";
import { endChoice, extras } from "./share-end.js";
import { passwords } from "./share-passwords.js";
import { preview } from "./share-preview.js";
import { viewsChart, viewsText } from "./share-views.js";
import { embed, keyOf, KINDS, link, sharing, title } from "./share-things.js";

const SETTINGS = {
  whitelabel: ["Hide the name of the server", ["insight", "dashboard", "notebook", "session_recording"]],
  noHeader: ["Hide title and description", ["insight"]],
  legend: ["Show the legend", ["insight"]],
  detailed: ["Show the table of results", ["insight"]],
  hideExtraDetails: ["Hide who created it and when", ["insight", "notebook"]],
  showInspector: ["Show the inspector", ["session_recording"]],
};

const THEMES = [["system", "As the visitor's system"], ["light", "Light"], ["dark", "Dark"]];

/** Replaces the link of `share` after confirmation. `saved` takes its configuration then. */
export async function rotate(base, share, saved) {
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
  if (!made) return;
  saved(made);
  await copy(link(made), "The new link is");
}

/**
 * Sends changes one after the other. A change that the server refuses is reverted, and the reason shown. `after(task)` runs `task`
 * when all changes until now are saved; it gets `isLast()`, which returns whether there was none since.
 */
function saver(path, saved) {
  const says = h("p", { class: "says", role: "status" });
  let queue = Promise.resolve();
  let count = 0;
  const after = (task) => {
    const before = count;
    queue = queue.then(() => task(() => count === before));
    return queue;
  };
  const save = (change, back, { at = path, take = saved } = {}) => {
    count += 1;
    return after(async () => {
      try {
        take(await api("PATCH", at, typeof change === "function" ? await change() : change));
        says.classList.remove("error");
        says.textContent = "Saved.";
      } catch (error) {
        back();
        if (error instanceof SignedOut) throw error;
        says.classList.add("error");
        says.textContent = `Not saved. ${error.message}`;
      }
    });
  };
  return { says, save, after };
}

/** A checkbox for each setting of the kind of object. */
function looks(share, save) {
  let chosen = {};
  const settings = () => ({ settings: chosen });
  const boxes = Object.entries(SETTINGS).filter(([, [, kinds]]) => kinds.includes(share.parent)).map(([key, [label]]) =>
    [key, check(label, { onchange: ({ target }) => {
      chosen[key] = target.checked;
      save(settings, () => { chosen[key] = target.checked = !target.checked; });
    } })]);
  const theme = select(THEMES, "", { onchange: () => {
    const before = chosen.theme;
    chosen.theme = theme.value;
    save(settings, () => { chosen.theme = before; theme.value = before ?? "system"; });
  } });
  const show = (configuration) => {
    chosen = { ...configuration.settings };
    for (const [key, box] of boxes) box.querySelector("input").checked = chosen[key] === true;
    theme.value = chosen.theme ?? "system";
  };
  return { show, node: h("fieldset", {}, h("legend", {}, "Appearance"), boxes.map(([, box]) => box), field("Colours", {}, theme)) };
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
  return { show, node: h("div", {}, shown, h("div", { class: "row tight" },
    button("Copy link", () => copy(link(configuration()), "The link is")),
    button("Copy embed code", () => copy(embed(configuration()), "The embed code is")),
    button("Rotate…", () => rotate(scene.base, share, saved), { class: "danger" }), open, file)) };
}

/** What can change elsewhere, in words, and where it is in the configuration or the share. */
const PARTS = {
  "the name": (_, share) => title(share),
  "whether the link works": (now) => now.enabled,
  "the link": (now) => now.access_token,
  "the end": (_, share) => share.expires_at,
  "whether it asks for a password": (now) => now.password_required,
  "the passwords": (now) => now.share_passwords.map(({ id }) => id),
  "the appearance": (now) => now.settings,
};
const partsOf = (now, share) => new Map(Object.entries(PARTS).map(([words, of]) => [words, JSON.stringify(of(now, share))]));

/** How long a change from elsewhere waits while another dialog is open over the settings, in milliseconds. */
const PAUSE = 300;

/**
 * Shows the settings of `share` until they are closed, and follows what changes elsewhere whenever the list of shares was `renewed`.
 * `saved(configuration)` is called after each change.
 */
export async function settings(scene, share, { saved, renewed, signal }) {
  const path = sharing(scene.base, share);
  let now = await api("GET", path);
  let seen = null;
  const closed = new AbortController();
  await dialog(`Settings of ${title(share)}`, (close) => {
    const beside = preview(share);
    /** Shows `configuration`, but for the preview. */
    const take = (configuration) => {
      now = configuration;
      saved(now);
      for (const part of [links, locks, ...switches, appearance]) part.show(now);
      seen = partsOf(now, share);
    };
    const all = (configuration) => {
      take(configuration);
      beside.show(now);
    };
    const { says, save, after } = saver(path, all);
    const toggle = (key, label) => {
      const node = check(label, { onchange: ({ target }) => save({ [key]: target.checked }, () => { target.checked = !target.checked; }) });
      return { node, show: () => { node.querySelector("input").checked = now[key]; } };
    };
    const locks = passwords(path, take, (secret) => beside.unlock(now, secret));
    const links = addresses(scene, share, () => now, all);
    const appearance = looks(share, save);
    const switches = [toggle("enabled", "The link works"), toggle("password_required", "Ask for a password")];
    const end = endChoice(share.expires_at, () =>
      save(async () => ({ expires_at: await end.value() }), () => end.set(share.expires_at), { at: extras(scene.base, share), take: ({ expires_at, expired }) => {
        Object.assign(share, { expires_at, expired });
        end.set(expires_at);
        all(now);
      } }));
    const views = h("div", {});
    const count = () => views.replaceChildren(h("p", { class: "quiet" }, `${viewsText(share.daily_views)}.`), viewsChart(share.daily_views) ?? "");
    all(now);
    count();

    const elsewhere = h("p", { class: "elsewhere", role: "status" });
    const content = h("div", { class: "beside" },
      h("div", {}, switches[0].node, links.node, end.node, switches[1].node, locks.node, appearance.node),
      h("div", {}, beside.node, views));
    const done = button("Done", () => close(true), { class: "main" });
    const closeOff = (text) => {
      elsewhere.textContent = text;
      content.inert = true;
      beside.show(now);
      done.focus();
    };
    const wasDeleted = share.parent_deleted;
    const isCovered = () => [...document.querySelectorAll("dialog[open]")].pop() !== content.parentElement;
    const follow = async () => {
      while (isCovered() && !closed.signal.aborted) await new Promise((go) => setTimeout(go, PAUSE));
      if (!closed.signal.aborted) await after(compare);
    };
    const compare = async (isLast) => {
      if (share.gone) return closeOff("This share no longer exists.");
      if (share.parent_deleted && !wasDeleted) return closeOff(`The ${KINDS[share.parent].name.toLowerCase()} was deleted elsewhere. Its page is closed until it is restored.`);
      let fresh;
      try {
        fresh = await api("GET", path, undefined, closed.signal);
      } catch (error) {
        if (error instanceof SignedOut) throw error;
        return; // there will be other changes
      }
      if (!isLast()) return; // the response to what was changed here says more, and the list is renewed once more
      if (isCovered()) return void follow();
      count();
      const isBack = content.inert;
      content.inert = false;
      const parts = partsOf(fresh, share);
      const changes = [...parts.keys()].filter((words) => parts.get(words) !== seen.get(words));
      if (!changes.length && !isBack) return;
      elsewhere.textContent = changes.length ? `Changed elsewhere: ${changes.join(", ")}.` : "";
      if (changes.includes("the end") && !end.follow(share.expires_at)) elsewhere.textContent += " The end that you are entering replaces it.";
      content.parentElement.querySelector("h2").textContent = `Settings of ${title(share)}`;
      all(fresh);
    };
    renewed.addEventListener("renewed", follow, { signal: closed.signal });
    return [elsewhere, content, h("div", { class: "buttons" }, says, curlButton(() => ({ requests: [
      { method: "PATCH", path, body: { enabled: now.enabled, password_required: now.password_required, settings: now.settings ?? {} } },
      { method: "PATCH", path: extras(scene.base, share), body: { expires_at: share.expires_at } },
    ] })), done)];
  }, { class: "wide", signal });
  closed.abort();
}

/** Opens the settings of the share that `key` names; shows a notice if it does not exist. */
export async function settingsOf(scene, list, key, { saved, ...options }) {
  const share = list.find((it) => keyOf(it) === key);
  if (!share) return notice("This share no longer exists.", true);
  return settings(scene, share, { saved: (now) => saved(share, now), ...options });
}
