// The clock of the server: what it shows, freezing, setting and advancing it.

import { api } from "./api.js";
import { attempt, button, field, h } from "./dom.js";

export const CLOCK = "/_lab/clock";
/** Steps that tests often need: what the API is sent, and the words for people. */
const STEPS = [["1m", "1 minute"], ["5m", "5 minutes"], ["1h", "1 hour"], ["1d", "1 day"], ["30d", "30 days"]];

const shown = (time) => new Date(time).toISOString().replace("T", " ").replace(/\.\d+Z$/, " UTC");

/** How the clock runs. `ahead` is its distance from the system's, in milliseconds. */
function manner(frozen, ahead) {
  if (frozen) return "Frozen: it shows the same time until you advance it or let it run.";
  if (Math.abs(ahead) < 2000) return "Runs with the system’s clock.";
  const minutes = Math.round(Math.abs(ahead) / 60_000);
  const [count, unit] = minutes < 120 ? [minutes, "minute"] : minutes < 2880 ? [Math.round(minutes / 60), "hour"] : [Math.round(minutes / 1440), "day"];
  return `Runs, about ${count.toLocaleString()} ${unit}${count === 1 ? "" : "s"} ${ahead > 0 ? "ahead of" : "behind"} the system’s clock.`;
}

export async function clock(scene) {
  const face = h("time", { class: "clock" });
  const says = h("p", { class: "quiet", role: "status" });
  let base = 0; // what the clock showed when it was read
  let read = 0; // when that was, by the clock of the browser
  let frozen = false;
  const tick = () => { face.textContent = shown(base + (frozen ? 0 : Date.now() - read)); };
  const show = (now) => {
    [base, read, frozen] = [Date.parse(now.now), Date.now(), now.frozen];
    face.dateTime = now.now;
    says.textContent = manner(frozen, base - read);
    freeze.textContent = frozen ? "Let it run" : "Freeze";
    time.value = now.now.slice(0, 19);
    tick();
  };
  const change = (body) => attempt(async () => show(await api("POST", CLOCK, body)));
  const freeze = button("Freeze", () => change({ freeze: !frozen }), { class: "main" });
  const system = button("Follow the system’s clock", () => attempt(async () => show(await api("DELETE", CLOCK))));
  const by = h("input", { autocomplete: "off", required: true, placeholder: "1h30m" });
  const time = h("input", { type: "datetime-local", step: "1", required: true });
  const form = (name, label, control, hint, body) => h("form", { class: "line", onsubmit: (event) => {
    event.preventDefault();
    change(body());
  } }, field(label, { hint }, control), h("button", {}, name));
  show(await api("GET", CLOCK));
  const timer = setInterval(tick, 500);
  scene.stay.addEventListener("abort", () => clearInterval(timer));
  scene.view.append(h("section", {}, h("h2", {}, "Clock"),
    h("p", { class: "quiet" }, "Everything that is time for the API follows this clock: creation times, events, sessions, rate limits, old links. Your own session follows it too."),
    face, says,
    h("div", { class: "row" }, freeze, system),
    h("div", { class: "row steps" }, STEPS.map(([step, words]) => button(`+ ${words}`, () => change({ advance: step }), { "aria-label": `Advance by ${words}` }))),
    form("Advance", "Advance by", by, "such as 90s, 1h30m or -2d", () => ({ advance: by.value.trim() })),
    form("Set", "Set to", time, "in UTC", () => ({ set: `${time.value.length === 16 ? `${time.value}:00` : time.value}Z` }))));
}
