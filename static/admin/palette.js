// The command palette: goes to any section, object, share or definition by a part of its name, and runs actions. Ctrl K opens it.

import { all, api } from "./api.js";
import { button, dialog, h } from "./dom.js";
import { newProject, renameProject } from "./project.js";
import { find } from "./share-pick.js";
import { keyOf, KINDS, title } from "./share-things.js";

/** How many of a group are shown, and how long to wait for more letters, in milliseconds. */
const SHOWN = 5;
const PAUSE = 150;

const DOCS = [["Guide", "/docs/"], ["API reference", "/docs/api/"], ["Testing", "/docs/testing/"], ["Seed files", "/docs/seed/"], ["Changes", "/docs/changes/"]];

/** Whether each of `words` is in `text`. */
const fits = (text, words) => words.every((word) => text.toLowerCase().includes(word));

/** What needs no search: groups of `{ text, about, go }`. */
function fixed(scene, frame) {
  const to = (hash) => () => { location.hash = `#/projects/${scene.project.id}/${hash}`; };
  return [
    ["Sections", frame.sections.map(([key, text]) => ({ text, go: to(key) }))],
    ["Actions", [
      { text: "Share something", go: to("shares?new=1") },
      ...["notebook", "insight", "dashboard"].map((kind) => ({ text: `New ${kind}`, go: to(`content?kind=${kind}&edit=new`) })),
      { text: "New project", go: () => newProject(scene) },
      { text: `Rename ${scene.project.name}`, go: () => renameProject(scene) },
      { text: "Refused events", go: to("events?show=refused") },
      ...frame.themes.map(([key, text]) => ({ text: `Theme: ${text}`, go: () => frame.setTheme(key) })),
      { text: "Sign out", go: frame.signOut },
    ]],
    ["Projects", scene.projects.filter((one) => one !== scene.project).map((one) => ({ text: one.name, about: `Project ${one.id}`, go: () => { location.hash = `#/projects/${one.id}/${scene.section}`; } }))],
    ["Documentation", DOCS.map(([text, href]) => ({ text, go: () => { location.href = href; } }))],
  ];
}

/** What the server finds for `wanted`, in groups. `shares` resolves with all shares. */
async function found(scene, wanted, shares, signal) {
  const to = (hash) => () => { location.hash = `#/projects/${scene.project.id}/${hash}`; };
  const query = new URLSearchParams({ search: wanted, limit: SHOWN });
  const definitions = async (path, more, about, section) => {
    const { results } = await api("GET", `${scene.base}/${path}/?${query}${more}`, undefined, signal);
    return results.map(({ name }) => ({ text: name, about, go: to(`${section}${new URLSearchParams({ search: name })}`) }));
  };
  const things = async (kind) => (await find(scene.base, kind, wanted, signal)).things.slice(0, SHOWN)
    .map((it) => ({ text: title(it), about: KINDS[kind].name, go: to(`content?kind=${kind}&edit=${encodeURIComponent(it.parent_id)}`) }));
  const words = wanted.toLowerCase().split(/\s+/);
  const [shared, events, properties, persons, ...objects] = await Promise.all([
    shares, definitions("event_definitions", "", "Event", "event_definitions?"), definitions("property_definitions", "&type=event", "Property of events", "properties?"),
    definitions("property_definitions", "&type=person", "Property of persons", "properties?type=person&"), ...["notebook", "insight", "dashboard"].map(things),
  ]);
  return [
    ["Content", objects.flat()],
    ["Shares", shared.filter((it) => fits(title(it), words)).slice(0, SHOWN).map((it) => ({ text: title(it), about: `Share of a ${KINDS[it.parent].name.toLowerCase()}`, go: to(`shares?share=${encodeURIComponent(keyOf(it))}`) }))],
    ["Definitions", [...events, ...properties, ...persons]],
  ];
}

/** Opens the palette over `scene`. `frame` has the sections, the themes, and what the frame of the page can do. */
export async function palette(scene, frame) {
  const chosen = await dialog("Go to", (close) => {
    const words = h("input", { type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": "palette-list", "aria-autocomplete": "list", "aria-label": "Search everything", placeholder: "A section, a name, an action", autocomplete: "off", spellcheck: "false" });
    const list = h("div", { id: "palette-list", role: "listbox", "aria-label": "Results" });
    const says = h("p", { class: "quiet", role: "status" });
    const still = fixed(scene, frame);
    const shares = all(`${scene.base}/sharing_configurations/`).catch(() => []);
    let shown = [];
    let active = 0;
    const choose = (at) => {
      active = at;
      shown.forEach(({ node }, index) => node.setAttribute("aria-selected", String(index === at)));
      if (!shown.length) return words.removeAttribute("aria-activedescendant");
      words.setAttribute("aria-activedescendant", shown[at].node.id);
      shown[at].node.scrollIntoView({ block: "nearest" });
    };
    const show = (groups) => {
      shown = [];
      const option = (it) => {
        const node = h("div", { role: "option", id: `palette-${shown.length}`, onclick: () => close(it) }, h("span", {}, it.text), it.about ? h("small", {}, it.about) : null);
        shown.push({ ...it, node });
        return node;
      };
      list.replaceChildren(...groups.filter(([, items]) => items.length).map(([name, items]) =>
        h("div", { role: "group", "aria-label": name }, h("div", { class: "group", "aria-hidden": "true" }, name), items.map(option))));
      choose(0);
    };
    let running = new AbortController();
    let timer = 0;
    /** Whether Enter was pressed before anything was found. */
    let isDue = false;
    /** Shows at once what needs no search, and then what the server finds. */
    const search = () => {
      running.abort();
      clearTimeout(timer);
      isDue = false;
      const { signal } = running = new AbortController();
      const wanted = words.value.trim();
      const parts = wanted.toLowerCase().split(/\s+/).filter(Boolean);
      const own = still.map(([name, items]) => [name, items.filter(({ text, about }) => fits(`${text} ${about ?? ""}`, parts))]);
      show(own);
      says.textContent = wanted ? "Searching…" : "";
      if (wanted) timer = setTimeout(() => ask(own, wanted, signal), PAUSE);
    };
    const ask = async (own, wanted, signal) => {
      try {
        const more = await found(scene, wanted, shares, signal);
        if (signal.aborted) return;
        const before = shown[active]?.text;
        show([...own, ...more]);
        choose(Math.max(0, shown.findIndex(({ text }) => text === before)));
        says.textContent = shown.length ? "" : "Nothing has this in its name.";
        if (isDue && shown.length) close(shown[active]);
      } catch (error) {
        if (error.name !== "AbortError") says.textContent = error.message;
      }
    };
    words.addEventListener("input", search);
    words.addEventListener("keydown", (event) => {
      const steps = { ArrowDown: 1, ArrowUp: -1 };
      if (steps[event.key] && shown.length) {
        event.preventDefault();
        choose((active + steps[event.key] + shown.length) % shown.length);
      } else if (event.key === "Enter" && !event.isComposing) {
        event.preventDefault();
        if (shown[active]) close(shown[active]);
        else isDue = true;
      }
    });
    search();
    return [words, list, says, h("div", { class: "buttons" }, h("small", { class: "aside" }, "↑ ↓ choose, Enter goes there, Escape closes."), button("Cancel", () => close()))];
  }, { class: "palette", signal: scene.stay });
  if (chosen) await chosen.go();
}
