// The cells of a property definition, and how they are edited in place.

import { button, h, select, when } from "./dom.js";

const TYPES = [["", "unknown"], ["String", "String"], ["Numeric", "Numeric"], ["Boolean", "Boolean"], ["DateTime", "DateTime"], ["Duration", "Duration"]];

const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

export const tagList = (text) => text.split(",").map((tag) => tag.trim()).filter(Boolean);

/** Replaces `shown` with `control`. Enter and leaving the field save its value; Escape discards it. */
function edit(shown, control, keep) {
  let isOver = false;
  const leave = (save) => {
    if (isOver) return;
    isOver = true;
    control.replaceWith(shown);
    if (save) keep(control.value.trim());
  };
  control.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (!["Enter", "Escape"].includes(event.key) || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    const row = control.closest("tr");
    leave(event.key === "Enter");
    row.focus();
  });
  control.addEventListener("blur", () => leave(true));
  shown.replaceWith(control);
  control.focus();
}

function description(it, book) {
  const text = it.description ?? "";
  const name = `Description of ${it.name}`;
  const shown = button(h("span", {}, text || "Describe"), () => {
    const area = h("textarea", { "aria-label": name, rows: "2", value: text });
    edit(shown, area, (now) => now === text || book.change([it.id], { description: now }, "described"));
    area.setSelectionRange(text.length, text.length);
  }, { class: text ? "plain" : "plain quiet", "data-edit": "description", "aria-label": text ? `${name}: ${text}` : `Describe ${it.name}` });
  return shown;
}

function tags(it, book, section) {
  const name = `Tags to add to ${it.name}`;
  const add = button("Add tag", () => {
    const input = h("input", { "aria-label": name, list: "known-tags", autocomplete: "off", placeholder: "tag, tag" });
    edit(add, input, (text) => text && book.retag([it.id], "add", tagList(text)));
  }, { class: "plain quiet", "data-edit": "tags", "aria-label": `Add tag to ${it.name}` });
  const shown = it.tags.map((tag) => h("li", { class: "tag" },
    button(tag, () => section.goTo({ tag }), { title: "List all with this tag", "aria-label": `List all tagged ${tag}` }),
    button("×", () => book.retag([it.id], "remove", [tag]), { "aria-label": `Remove tag ${tag} from ${it.name}` })));
  return h("div", {}, shown.length ? h("ul", { class: "tags", "aria-label": `Tags of ${it.name}` }, shown) : null, add);
}

const toggle = (key, on, off) => (it, book) => button("", () => book.change([it.id], { [key]: !it[key] }, it[key] ? off : on),
  { role: "switch", class: "toggle", "data-edit": key, "aria-checked": String(Boolean(it[key])), "aria-label": `${key === "hidden" ? "Hidden" : "Verified"}: ${it.name}` });

const type = (it, book) => select(TYPES, it.property_type ?? "", { "data-edit": "type", "aria-label": `Type of ${it.name}`,
  onchange: (event) => book.change([it.id], { property_type: event.target.value || null }, `given the type ${event.target.selectedOptions[0].text}`) });

const list = (them) => them.map((tag) => h("span", { class: "tag" }, tag));

/** The cells that can follow the name: class, heading, API ordering, value, editable form, read-only form. */
const CELLS = [
  { key: "type", label: "Type", ordering: "property_type", of: (it) => it.property_type, draw: type, read: (value) => value ?? "unknown" },
  { key: "description", label: "Description", of: (it) => it.description, draw: description, read: (value) => value ?? "" },
  { key: "tags", label: "Tags", of: (it) => it.tags, draw: tags, read: list },
  { key: "verified", label: "Verified", of: (it) => Boolean(it.verified), draw: toggle("verified", "verified", "unverified"), read: () => "" },
  { key: "hidden", label: "Hidden", of: (it) => Boolean(it.hidden), draw: toggle("hidden", "hidden", "shown again"), read: () => "" },
  { key: "updated", label: "Changed", ordering: "-updated_at", of: (it) => it.updated_at, draw: (it) => when(it.updated_at, "never", day), read: () => "" },
  { key: "seen", label: "Last seen", ordering: "-last_seen_at", of: (it) => it.last_seen_at, draw: (it) => when(it.last_seen_at, "never", day), read: () => "" },
];

/** The cells called `keys`. */
export const cellsOf = (keys) => keys.map((key) => CELLS.find((cell) => cell.key === key));

/** The row of a definition. `draw` updates it, except for unchanged cells, which the user may be editing. */
export function row(first, section, onpick) {
  const drawn = new Map();
  const id = `definition-${first.id}`;
  const box = h("input", { type: "checkbox", "aria-label": `Pick ${first.name}`, onclick: (event) => onpick(first.id, box.checked, event.shiftKey) });
  const cells = section.kind.cells.map(({ key, label }) => h("td", { class: key, "data-label": label }));
  const note = h("small", {});
  const node = h("tr", { tabindex: "-1", "data-id": first.id, "aria-labelledby": id },
    h("td", { class: "pick" }, first.virtual ? null : box), h("th", { scope: "row" }, h("span", { id }, first.name), note), cells);

  function draw(it) {
    const isFixed = Boolean(it.virtual || it.gone);
    node.classList.toggle("gone", Boolean(it.gone));
    note.textContent = it.gone ? " deleted meanwhile" : it.virtual ? " computed" : "";
    box.disabled = isFixed;
    section.kind.cells.forEach(({ key, of, draw: make, read }, at) => {
      const value = JSON.stringify([of(it), isFixed]);
      if (drawn.get(key) === value) return;
      drawn.set(key, value);
      const choice = !isFixed && cells[at].querySelector("select");
      if (choice) {
        choice.value = it.property_type ?? ""; // keep the element: it may have the focus
        return;
      }
      const hadFocus = cells[at].contains(document.activeElement);
      cells[at].replaceChildren(...[isFixed ? read(of(it)) : make(it, section.book, section)].flat());
      if (hadFocus) (cells[at].querySelector("button, select") ?? node).focus();
    });
  }
  const pick = (isPicked) => {
    box.checked = isPicked;
    node.setAttribute("aria-selected", String(isPicked));
  };
  draw(first);
  return { node, draw, pick };
}
