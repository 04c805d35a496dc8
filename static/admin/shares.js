// Everything shared, or once shared, in one table.

import { all, api } from "./api.js";
import { ask, attempt, button, check, confirm, copy, dialog, empty, field, h, notice, select, showSecret, table, when } from "./dom.js";

const KINDS = {
  insight: { name: "Insight", path: "insights", id: (it) => it.id, title: (it) => it.name || it.derived_name },
  dashboard: { name: "Dashboard", path: "dashboards", id: (it) => it.id, title: (it) => it.name },
  notebook: { name: "Notebook", path: "notebooks", id: (it) => it.short_id, title: (it) => it.title },
  session_recording: { name: "Recording", path: "session_recordings", id: (it) => it.id, title: (it) => it.id },
};

const SETTINGS = {
  whitelabel: ["Hide the name of the server", Object.keys(KINDS)],
  noHeader: ["Hide title and description", ["insight"]],
  legend: ["Show the legend", ["insight"]],
  detailed: ["Show the table of results", ["insight"]],
  hideExtraDetails: ["Leave out who made it and when", ["insight", "notebook"]],
  showInspector: ["Show the inspector", ["session_recording"]],
};

const link = (share, page = "shared") => `${location.origin}/${page}/${share.access_token}`;
const embed = (share) => `<iframe src="${link(share, "embedded")}" width="100%" height="600" frameborder="0" allowfullscreen></iframe>`;
const title = (share) => share.name || share.parent_id;
const sharing = (base, share) => `${base}/${KINDS[share.parent].path}/${encodeURIComponent(share.parent_id)}/sharing/`;

function passwords(path, share, configuration) {
  const list = h("ul", {});
  const draw = (them) => list.replaceChildren(...(them.length ? them.map((one) => h("li", { class: "row" },
    h("span", {}, one.note || "without a note", " ", h("small", {}, `by ${one.created_by_email}, `, when(one.created_at))),
    button("Delete", () => confirm("Delete this password?", `Whoever uses the password “${one.note || "without a note"}” can no longer open the page.`, "Delete password", async () => {
      await api("DELETE", `${path}passwords/${one.id}/`);
      draw((await api("GET", path)).share_passwords);
    }), { class: "danger", "aria-label": `Delete password ${one.note}` }))) : [h("li", { class: "quiet" }, "None yet: add one, or nobody can open the page.")]));
  draw(configuration.share_passwords);
  const add = () => {
    const note = h("input", { maxlength: "100", autocomplete: "off" });
    const own = h("input", { autocomplete: "off" });
    return ask("Add a password", [field("Note", { hint: "whom it is for" }, note), field("Password", { hint: "leave empty for one made up for you" }, own)], "Add password", async () => {
      const made = await api("POST", `${path}passwords/`, { note: note.value, ...(own.value ? { raw_password: own.value } : {}) });
      draw((await api("GET", path)).share_passwords);
      return made.password;
    }).then((secret) => secret && showSecret("The password", secret, "Send it to whoever may open the page. It is shown only now."));
  };
  return h("fieldset", {}, h("legend", {}, "Passwords"), list, button("Add password…", add));
}

function settings(scene, share, done) {
  const path = sharing(scene.base, share);
  return api("GET", path).then((configuration) => dialog(`Settings of ${title(share)}`, (close) => {
    const chosen = { ...configuration.settings };
    const save = (change) => attempt(async () => {
      await api("PATCH", path, change);
      notice("Saved.");
    });
    const boxes = Object.entries(SETTINGS).filter(([, [, kinds]]) => kinds.includes(share.parent)).map(([key, [label]]) =>
      check(label, { checked: chosen[key] === true, onchange: (event) => { chosen[key] = event.target.checked; save({ settings: chosen }); } }));
    const theme = select([["system", "As the visitor's system"], ["light", "Light"], ["dark", "Dark"]], chosen.theme ?? "system",
      { onchange: (event) => { chosen.theme = event.target.value; save({ settings: chosen }); } });
    const guard = h("div", {}, configuration.password_required ? passwords(path, share, configuration) : null);
    const protect = check("Ask for a password", { checked: configuration.password_required, onchange: async (event) => {
      const wanted = event.target.checked;
      if (!(await save({ password_required: wanted }))) event.target.checked = !wanted;
      else guard.replaceChildren(wanted ? passwords(path, share, await api("GET", path)) : "");
    } });
    return [protect, guard, h("fieldset", {}, h("legend", {}, "How the page looks"), boxes, field("Colours", {}, theme)),
      h("div", { class: "buttons" }, h("a", { href: link(share), target: "_blank", rel: "noopener" }, "Open the page"), button("Done", () => close(true), { class: "main" }))];
  })).then(done);
}

function pick(scene, done) {
  return dialog("Share something", (close) => {
    const list = h("div", { class: "picks", "aria-live": "polite" });
    const words = h("input", { type: "search", autocomplete: "off" });
    let things = [];
    const kind = select(Object.entries(KINDS).map(([key, { name }]) => [key, name]), "notebook", { onchange: () => load() });
    const share = (it) => attempt(async () => {
      const one = { parent: kind.value, parent_id: String(KINDS[kind.value].id(it)) };
      const made = await api("PATCH", sharing(scene.base, one), { enabled: true });
      await copy(link(made), "It is shared, and the link is");
      close(true);
    });
    const draw = () => {
      const { title: name } = KINDS[kind.value];
      const found = things.filter((it) => (name(it) ?? "").toLowerCase().includes(words.value.toLowerCase())).slice(0, 50);
      list.replaceChildren(...(found.length ? found.map((it) => button(name(it) || `without a name (${KINDS[kind.value].id(it)})`, () => share(it)))
        : [h("p", { class: "quiet" }, things.length ? "Nothing has that name." : "The project has none. Make one through the API first.")]));
    };
    const load = () => attempt(async () => {
      things = await all(`${scene.base}/${KINDS[kind.value].path}/`, 2000);
      draw();
    });
    words.addEventListener("input", draw);
    load();
    return [field("Kind", {}, kind), field("Name", {}, words), list, h("div", { class: "buttons" }, button("Cancel", () => close()))];
  }).then((made) => made && done());
}

function row(scene, share, done) {
  const path = sharing(scene.base, share);
  const name = title(share);
  const toggle = button(share.enabled ? "On" : "Off", async () => {
    toggle.disabled = true;
    await attempt(() => api("PATCH", path, { enabled: !share.enabled }));
    await done();
  }, { role: "switch", "aria-checked": String(share.enabled), "aria-label": `Share ${name}` });
  const rotate = () => confirm("Give it a new link?", "The old link works for five minutes more, then never again. Everybody who should still see the page needs the new one. Settings stay, and so do its passwords.", "Rotate link", async () => {
    const made = await api("POST", `${path}refresh/`);
    await copy(link(made), "The new link is");
  }).then((did) => did && done());
  const actions = h("div", { class: "row" },
    button("Copy link", () => copy(link(share), "The link is"), { "aria-label": `Copy link of ${name}` }),
    button("Copy embed", () => copy(embed(share), "The embed code is"), { "aria-label": `Copy embed code of ${name}` }),
    button("Settings…", () => settings(scene, share, done), { "aria-label": `Settings of ${name}` }),
    button("Rotate…", rotate, { class: "danger", "aria-label": `Rotate link of ${name}` }));
  return [
    [name, h("div", {}, h("small", {}, KINDS[share.parent].name, share.parent_deleted ? ", deleted: its page is closed" : ""))],
    toggle, share.password_required ? "Link and password" : "Link",
    when(share.created_at), when(share.last_viewed_at), { cell: String(share.views), class: "number" }, actions,
  ];
}

export async function shares(scene) {
  const body = h("div", {});
  const add = () => button("Share something…", () => pick(scene, load), { class: "main" });
  const load = async () => {
    const list = await all(`${scene.base}/sharing_configurations/`);
    body.replaceChildren(list.length
      ? table("Shares", ["Name", "State", "Opens with", "Created", "Last opened", "Opened", "Actions"], list.map((share) => row(scene, share, load)))
      : empty("Nothing is shared yet", "Share a notebook, an insight, a dashboard or a recording, and send the link to whoever should see it. No account is needed to open it.", add()));
    head.replaceChildren(h("h1", {}, "Shares"), list.length ? add() : "");
  };
  const head = h("div", { class: "head" });
  scene.view.append(head, body);
  await load();
}
