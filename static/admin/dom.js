// Elements, dialogs and notices. Text from outside only ever becomes text nodes.

import { rehearse, SignedOut } from "./api.js";
import { commands, isForKeys } from "./curl.js";
import { heldFocus, restoreFocus } from "./focus.js";

/** Creates an element. Attributes that are functions become listeners (`onclick`); false and null are omitted. */
export function h(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === "function") element.addEventListener(key.slice(2), value);
    else if (key === "value") element.value = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const button = (text, onclick, attributes) => h("button", { type: "button", onclick, ...attributes }, text);

/** A labelled input, with `attributes.hint` beside the label. */
export function field(label, { hint, ...attributes } = {}, control = h("input", { autocomplete: "off", ...attributes })) {
  return h("label", { class: "field" }, label, hint ? h("small", {}, " ", hint) : null, control);
}

export const check = (label, attributes, hint) =>
  h("label", { class: "check" }, h("input", { type: "checkbox", ...attributes }), h("span", {}, label, hint ? h("small", {}, " ", hint) : null));

export const select = (options, value, attributes) => {
  const element = h("select", attributes, options.map(([key, text]) => h("option", { value: key }, text)));
  element.value = value;
  return element;
};

/** A table in its own scroll area. `rows` are arrays of cells: nodes, texts, or `{ cell, class }`; the first cell names the row. */
export function table(caption, columns, rows) {
  const cell = (content, index, at) => {
    const { cell: inner = content, class: kind } = content?.cell === undefined ? {} : content;
    const label = columns[index] ? { "data-label": columns[index] } : {};
    return index === at ? h("th", { scope: "row", class: kind }, inner) : h("td", { class: kind, ...label }, inner ?? "");
  };
  const named = columns[0] === "" ? 1 : 0;
  return h("div", { class: "table", tabindex: "0", role: "region", "aria-label": caption },
    h("table", {},
      h("thead", {}, h("tr", {}, columns.map((column) => h("th", { scope: "col" }, column || h("span", { class: "quiet" }, ""))))),
      h("tbody", {}, rows.map((row) => h("tr", {}, row.map((content, index) => cell(content, index, named)))))));
}

export const empty = (title, text, action) => h("div", { class: "table empty" }, h("h2", {}, title), h("p", { class: "quiet" }, text), action);

const clock = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export const toTheSecond = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** Formats a time of the API for people. */
export function when(instant, never = "never", form = clock) {
  if (!instant) return h("span", { class: "quiet" }, never);
  return h("time", { datetime: instant, title: instant }, form.format(new Date(instant)));
}

/** Shows `text` in a corner for a few seconds, with a button if there is an `undo`. Returns the element. */
export function notice(text, isError, undo) {
  const back = undo && button("Undo", () => {
    element.remove();
    undo();
  });
  const element = h("p", { class: "notice", role: isError ? "alert" : null }, text, back);
  const leave = () => (element.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : element.remove());
  const notices = document.getElementById("notices");
  // Above any open dialog: the last popover shown is on top.
  notices.hidePopover();
  notices.append(element);
  if (notices.children.length > 4) notices.firstChild.remove();
  notices.showPopover();
  setTimeout(leave, isError || undo ? 9000 : 4000);
  return element;
}

/** Runs `task` and shows its error, if any. Returns whether it succeeded. */
export async function attempt(task) {
  try {
    await task();
    return true;
  } catch (error) {
    if (error instanceof SignedOut) throw error; // the frame shows the sign-in form
    notice(error.message, true);
    return false;
  }
}

/** Saves `parts` as a file called `name`. */
export function save(parts, type, name) {
  const url = URL.createObjectURL(new Blob(parts, { type }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Copies `text`, and says that `what`, such as "The link is", was copied. If the browser refuses, shows the text selected, to be copied by hand. */
export async function copy(text, what) {
  if (await isCopied(text, what)) return void notice(`${what} copied.`);
  dialog("Copy this by hand", (close) => {
    const shown = h("textarea", { class: "secret", readonly: true, rows: 4, "aria-label": "Text to copy", value: text });
    setTimeout(() => shown.select()); // once the dialog is open
    return [
      h("p", {}, "The browser does not let this page copy. The text is selected: copy it with Ctrl C or ⌘ C."),
      shown,
      h("div", { class: "buttons" }, button("Done", () => close(true), { class: "main" })),
    ];
  });
}

async function isCopied(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without TLS, browsers offer only this older way to the clipboard. The rest of the page is inert while a dialog is open: what
    // is outside the topmost one cannot be selected.
    const before = document.activeElement;
    const area = h("textarea", { readonly: true, "aria-label": what, value: text });
    ([...document.querySelectorAll("dialog[open]")].pop() ?? document.body).append(area);
    area.select();
    const isSelected = document.activeElement === area && area.selectionEnd === area.value.length;
    const isCopied = isSelected && document.execCommand("copy");
    area.remove();
    before?.focus();
    return isCopied;
  }
}

/** A button that copies requests as commands for curl: those that `find()` returns, and whether they are cut. */
export const curlButton = (find, attributes) => button("Copy as curl", () => attempt(async () => {
  const { requests, isCut } = await find();
  if (requests.length === 0) throw new Error("Nothing is sent here.");
  if (!requests.every(isForKeys)) throw new Error("Only the session of this page may do this, not a key.");
  await copy(commands(requests, isCut), requests.length === 1 ? "The command is" : "The commands are");
}), attributes);

/** The same for the list that `path()` returns. */
export const curlOfList = (path, attributes) => curlButton(() => ({ requests: [{ method: "GET", path: path() }] }), attributes);

/** What stands below a list: `pager`, and its request. */
export const foot = (pages, path) => h("div", { class: "foot" }, pages, curlOfList(path));

let dialogs = 0;

/**
 * Opens a dialog with the content that `build(close)` returns. Resolves with the argument of `close`, or null on Escape and
 * when `signal` aborts, which also closes the dialogs that were opened from it.
 */
export function dialog(title, build, { class: kind, signal, oncancel } = {}) {
  return new Promise((resolve) => {
    let result = null;
    const opener = heldFocus();
    const id = `dialog-${(dialogs += 1)}`;
    const element = h("dialog", { "aria-labelledby": id, class: kind, oncancel });
    const close = (value = null) => {
      result = value;
      element.close();
    };
    element.append(h("h2", { id }, title), ...[build(close)].flat(Infinity).filter(Boolean));
    signal?.addEventListener("abort", () => {
      for (const later of [...document.querySelectorAll("dialog")].reverse()) {
        later.close();
        if (later === element) break;
      }
    });
    element.addEventListener("close", () => {
      element.remove();
      restoreFocus(opener);
      resolve(result);
    });
    document.body.append(element);
    element.showModal();
  });
}

/**
 * A dialog with a form. If `submit` throws, the dialog shows the message and stays open. Resolves with its result. `options`
 * are those of `dialog`; with `isLong`, Escape first warns that what was written is not saved. `sends` makes the changes that
 * the dialog leads to, if not `submit` does; null if it sends none.
 */
export function ask(title, contents, label, submit, kind = "main", { isLong, sends = submit, ...options } = {}) {
  let isEdited = false;
  const fault = h("p", { class: "error", role: "alert" });
  const oncancel = (event) => {
    if (!isEdited || !isLong) return;
    event.preventDefault();
    isEdited = false;
    fault.textContent = "This is not saved. Press Escape again to discard it.";
  };
  return dialog(title, (close) => {
    const go = h("button", { class: kind }, label);
    const onsubmit = async (event) => {
      event.preventDefault();
      go.disabled = true;
      fault.textContent = "";
      try {
        close((await submit()) ?? true);
      } catch (error) {
        if (error instanceof SignedOut) {
          close();
          throw error;
        }
        fault.textContent = error.message;
      }
      go.disabled = false;
    };
    const form = h("form", { onsubmit, oninput: () => { isEdited = true; } }, contents, fault, h("div", { class: "buttons" },
      sends && curlButton(() => (form.reportValidity() ? rehearse(sends) : Promise.reject(new Error("Fill in the form first."))), { class: "aside" }),
      button("Cancel", () => close()), go));
    return form;
  }, { ...options, oncancel });
}

/** Asks for confirmation of something that cannot be undone. */
export const confirm = (title, text, label, task, options) => ask(title, h("p", {}, text), label, task, "main danger", options);

/** Shows a secret, which cannot be shown again; `more` are additional buttons. */
export function showSecret(title, secret, text, ...more) {
  return dialog(title, (close) => {
    const shown = h("input", { class: "secret", readonly: true, value: secret, "aria-label": title, onfocus: () => shown.select() });
    return [
      h("p", {}, text),
      shown,
      h("div", { class: "buttons" }, button("Copy", () => copy(secret, "It is")), more, button("Done", () => close(true), { class: "main" })),
    ];
  });
}

/** Buttons for the first, previous, next and last page. `go` gets an offset; `shown` is the number of rows on this page. */
export function pager(count, offset, limit, go, shown = Math.min(limit, count - offset)) {
  const end = offset + shown;
  if (end >= count && offset === 0) return h("p", { class: "quiet" }, `${count.toLocaleString()} in all`);
  const step = (name, to, disabled) => button(name, async () => {
    await go(to);
    // The buttons have been replaced: return the focus to the same one.
    const buttons = [...document.querySelectorAll(".pager button:enabled")];
    (buttons.find((it) => it.textContent === name) ?? buttons[0])?.focus();
  }, { disabled });
  return h("nav", { class: "pager", "aria-label": "Pages" },
    step("First", 0, offset === 0), step("Previous", Math.max(0, offset - limit), offset === 0),
    h("span", {}, `${(offset + 1).toLocaleString()} to ${end.toLocaleString()} of ${count.toLocaleString()}`),
    step("Next", offset + limit, end >= count), step("Last", Math.floor((count - 1) / limit) * limit, end >= count));
}
