// Elements, dialogs and notices. Text from outside becomes text nodes and nothing else.

import { SignedOut } from "./api.js";

/** An element. Attributes that are functions are listeners (`onclick`); false and null are left out. */
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

/** A labelled input. `attributes.hint` is said below it. */
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

/** A table in a frame that scrolls by itself. `rows` are arrays of cells: nodes, texts, or `{ cell, class }`; the first is the row's name. */
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

/** An instant of the API as people read it. */
export function when(instant, never = "never", form = clock) {
  if (!instant) return h("span", { class: "quiet" }, never);
  return h("time", { datetime: instant, title: instant }, form.format(new Date(instant)));
}

/** Says `text` in a corner, for a while. With `undo`, offers to take back what it tells of. Returns what is shown. */
export function notice(text, isError, undo) {
  const back = undo && button("Undo", () => {
    element.remove();
    undo();
  });
  const element = h("p", { class: "notice", role: isError ? "alert" : null }, text, back);
  const leave = () => (element.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : element.remove());
  const notices = document.getElementById("notices");
  // Above whatever dialog is open: the last popover shown is on top.
  notices.hidePopover();
  notices.append(element);
  if (notices.children.length > 4) notices.firstChild.remove();
  notices.showPopover();
  setTimeout(leave, isError || undo ? 9000 : 4000);
  return element;
}

/** Runs `deed`; says what went wrong if it fails. Returns whether it did not. */
export async function attempt(deed) {
  try {
    await deed();
    return true;
  } catch (error) {
    if (error instanceof SignedOut) throw error; // the frame asks to sign in
    notice(error.message, true);
    return false;
  }
}

export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without TLS, browsers keep the clipboard to themselves but for this older way.
    const area = h("textarea", { readonly: true, "aria-label": what, value: text });
    (document.querySelector("dialog[open]") ?? document.body).append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  notice(`${what} copied.`);
}

let dialogs = 0;

/**
 * Opens a dialog; `build(close)` makes what is in it. Resolves with what `close` is given, or null on Escape and when `signal`
 * aborts, which closes the dialogs that were opened from it as well.
 */
export function dialog(title, build, { class: kind, signal } = {}) {
  return new Promise((resolve) => {
    let result = null;
    const id = `dialog-${(dialogs += 1)}`;
    const element = h("dialog", { "aria-labelledby": id, class: kind });
    const close = (value = null) => {
      result = value;
      element.close();
    };
    element.append(h("h2", { id }, title), ...[build(close)].flat());
    signal?.addEventListener("abort", () => {
      for (const later of [...document.querySelectorAll("dialog")].reverse()) {
        later.close();
        if (later === element) break;
      }
    });
    element.addEventListener("close", () => {
      element.remove();
      resolve(result);
    });
    document.body.append(element);
    element.showModal();
  });
}

/** A dialog with a form. `submit` may throw: its words are shown and the dialog stays. Resolves with what it returns. */
export function ask(title, contents, label, submit, kind = "main") {
  return dialog(title, (close) => {
    const fault = h("p", { class: "error", role: "alert" });
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
    return h("form", { onsubmit }, contents, fault, h("div", { class: "buttons" }, button("Cancel", () => close()), go));
  });
}

/** Asks before something that cannot be undone. */
export const confirm = (title, text, label, deed) => ask(title, h("p", {}, text), label, deed, "main danger");

/** Shows a secret, this once; `more` are further buttons. */
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

/** First, previous, next and last, where there are any. `go` is given an offset; `shown` are the rows on this page. */
export function pager(count, offset, limit, go, shown = Math.min(limit, count - offset)) {
  const end = offset + shown;
  if (end >= count && offset === 0) return h("p", { class: "quiet" }, `${count.toLocaleString()} in all`);
  const step = (name, to, disabled) => button(name, async () => {
    await go(to);
    // The buttons are new by now: the keyboard stays where it was.
    const buttons = [...document.querySelectorAll(".pager button:enabled")];
    (buttons.find((it) => it.textContent === name) ?? buttons[0])?.focus();
  }, { disabled });
  return h("nav", { class: "pager", "aria-label": "Pages" },
    step("First", 0, offset === 0), step("Previous", Math.max(0, offset - limit), offset === 0),
    h("span", {}, `${(offset + 1).toLocaleString()} to ${end.toLocaleString()} of ${count.toLocaleString()}`),
    step("Next", offset + limit, end >= count), step("Last", Math.floor((count - 1) / limit) * limit, end >= count));
}
