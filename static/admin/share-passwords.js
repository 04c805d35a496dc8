// The passwords of a share: created with a note on who they are for, shown once, deleted.

import { api } from "./api.js";
import { ask, button, confirm, copy, field, h, showSecret, when } from "./dom.js";
import { link } from "./share-things.js";

/**
 * The passwords of the configuration at `path`, which `saved` takes after each change. `made(password)` is called with each new one;
 * `show(configuration)` redraws the list.
 */
export function passwords(path, saved, made) {
  const list = h("ul", { class: "passwords" });
  let now = null;
  const row = (one) => {
    const note = one.note || "without a note";
    const remove = () => confirm("Delete this password?", `The password “${note}” no longer opens the page, and sessions that it opened end.`, "Delete password", async () => {
      await api("DELETE", `${path}passwords/${one.id}/`);
      saved(await api("GET", path));
    });
    return h("li", { class: "row" }, h("span", {}, note, " ", h("small", {}, `by ${one.created_by_email}, `, when(one.created_at))),
      button("Delete", remove, { class: "danger", "aria-label": `Delete password ${note}` }));
  };
  const none = () => h("li", { class: "quiet" }, now.password_required ? "None yet: add one, or no one can open the page." : "None. The page does not ask for a password.");
  const add = async () => {
    const note = h("input", { maxlength: "100", autocomplete: "off" });
    const own = h("input", { autocomplete: "off" });
    const form = [field("Note", { hint: "who it is for" }, note), field("Password", { hint: "at least 8 characters; leave empty to generate one" }, own)];
    const secret = await ask("Add a password", form, "Add password", async () => {
      const one = await api("POST", `${path}passwords/`, { note: note.value, ...(own.value ? { raw_password: own.value } : {}) });
      saved(await api("GET", path));
      return one.password;
    });
    if (!secret) return;
    made(secret);
    const both = button("Copy with link", () => copy(`${link(now)}\nPassword: ${secret}`, "Link and password"));
    await showSecret("The password", secret, "Send it to the people who may open the page. It cannot be shown again.", both);
  };
  const adds = button("Add password…", add);
  const show = (configuration) => {
    now = configuration;
    adds.disabled = !now.password_required;
    list.replaceChildren(...(now.share_passwords.length ? now.share_passwords.map(row) : [none()]));
  };
  return { node: h("fieldset", {}, h("legend", {}, "Passwords"), list, adds), show };
}
