// The last step of sharing: an optional password and end, then the link. Nothing is public before Create.

import { api } from "./api.js";
import { ask, button, check, copy, dialog, field, h } from "./dom.js";
import { endChoice, extras } from "./share-end.js";
import { KINDS, link, sharing, title } from "./share-things.js";

/** What is sent to the people who may open the page. */
const message = ({ url, password }) => (password ? `${url}\nPassword: ${password}` : url);

const copyMade = (made) => copy(message(made), made.password ? "Link and password" : "The link is");

/** Shows the link and the password, which cannot be shown again. Resolves with true if the settings are wanted. */
const showMade = (share, made) => dialog(`${title(share)} is shared`, (close) => {
  const shown = (label, value) => field(label, {}, h("input", { class: "secret", readonly: true, value, onfocus: (event) => event.target.select() }));
  return [
    h("p", {}, made.password ? "Send the link and the password to the people who may open the page. The password cannot be shown again." : "Everyone with the link can open the page."),
    shown("Link", made.url), made.password ? shown("Password", made.password) : null,
    h("div", { class: "buttons" },
      button("Settings…", () => close(true)),
      button(made.password ? "Copy link and password" : "Copy link", () => copyMade(made)),
      button("Done", () => close(), { class: "main" })),
  ];
});

/** Asks for a password and an end of `share`, and makes it public. Resolves with `{ settings }`, or null if nothing was shared. */
export async function create(scene, share, signal) {
  const path = sharing(scene.base, share);
  const note = h("input", { maxlength: "100", autocomplete: "off" });
  const own = h("input", { autocomplete: "off" });
  const locked = h("div", { hidden: !share.password_required }, field("Note", { hint: "who it is for" }, note), field("Password", { hint: "at least 8 characters; leave empty to generate one" }, own));
  const lock = check("Ask for a password", { checked: share.password_required, onchange: ({ target }) => { locked.hidden = !target.checked; } });
  const end = endChoice(share.expired ? null : share.expires_at);
  const isLocked = () => lock.querySelector("input").checked;
  const submit = async () => {
    let password = null;
    const ends = await end.value();
    if (ends || share.expires_at) await api("PATCH", extras(scene.base, share), { expires_at: ends });
    if (isLocked()) {
      // The page asks for a password, and has one, before it can be opened.
      await api("PATCH", path, { password_required: true });
      ({ password } = await api("POST", `${path}passwords/`, { note: note.value, ...(own.value ? { raw_password: own.value } : {}) }));
    }
    const now = await api("PATCH", path, { enabled: true, password_required: isLocked() });
    return { url: link(now), password };
  };
  const text = h("p", { class: "quiet" }, `${KINDS[share.parent].name}. Until you press Create, no one can open it.`);
  const made = await ask(`Share ${title(share)}`, [text, lock, locked, end.node], "Create", submit, "main", { signal });
  if (!made) return null;
  const shown = showMade(share, made);
  await copyMade(made); // above what is shown, if it has to be done by hand
  return { settings: Boolean(await shown) };
}
