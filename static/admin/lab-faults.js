// Failures on demand: the rules with their hits, and a form that adds one.

import { api } from "./api.js";
import { attempt, button, confirm, curlButton, curlOfList, empty, field, h, select, table } from "./dom.js";

export const FAULTS = "/_lab/faults/";
const METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE"];
/** What can happen to a request: the words, and what the API is sent for it. */
const ACTIONS = [
  ["status", "Respond with an error"], ["delay", "Respond late"], ["before", "Drop the connection before the work"], ["after", "Drop the connection after the work"],
  ["cut", "Cut the body off"], ["slow", "Send the body slowly"],
];
const STATUSES = [400, 401, 403, 404, 409, 429, 500, 502, 503];
const TIMES = [["always", "Every request"], ["times", "The first N requests"], ["every", "Every Nth request"], ["chance", "By chance, in percent"]];

const time = (milliseconds) => (Array.isArray(milliseconds) ? `${milliseconds[0]} to ${milliseconds[1]} ms` : `${milliseconds} ms`);

/** What a rule does, in words. */
const effect = (rule) => [
  rule.delay_ms !== undefined && `waits ${time(rule.delay_ms)}`,
  rule.status && `responds with ${rule.status}${rule.retry_after === undefined ? "" : `, Retry-After ${rule.retry_after}`}`,
  rule.drop && `drops the connection ${rule.drop} the work`,
  rule.truncate_after !== undefined && `cuts the body off after ${rule.truncate_after} bytes`,
  rule.slow_body_ms !== undefined && `sends the body over ${rule.slow_body_ms} ms`,
].filter(Boolean).join(", ");

/** To which of the requests that fit a rule applies, in words. */
const frequency = (rule) => [
  rule.every && `one in ${rule.every}`, rule.probability && `${Number((rule.probability * 100).toFixed(4))} % of them`, rule.times && `at most ${rule.times}`,
].filter(Boolean).join(", ") || "all";

const number = (label, value, attributes) => ({ input: h("input", { type: "number", required: true, min: "1", value, ...attributes }), label });

export async function faults(scene) {
  const body = h("div", {});
  const method = select([["", "Any"], ...METHODS.map((one) => [one, one])], "");
  const path = h("input", { autocomplete: "off", placeholder: "/api/**" });
  const project = select([["", "Any"], ...scene.projects.map((one) => [String(one.id), one.name])], "");
  const action = select(ACTIONS, "status");
  const status = select(STATUSES.map((one) => [one, String(one)]), 503);
  const amounts = { delay: number("Milliseconds", 1000), cut: number("Bytes", 100, { min: "0" }), slow: number("Milliseconds", 3000) };
  const often = select(TIMES, "always");
  const count = number("N", 1);
  const amount = h("div", {});
  const counted = h("div", {});
  const draw = () => {
    const one = amounts[action.value];
    amount.replaceChildren(action.value === "status" ? field("Status", {}, status) : one ? field(one.label, {}, one.input) : "");
    counted.replaceChildren(often.value === "always" ? "" : field(often.value === "chance" ? "Percent" : "N", {}, count.input));
  };
  action.addEventListener("change", draw);
  often.addEventListener("change", draw);

  const rule = () => {
    const amountOf = (name) => Number(amounts[name].input.value);
    const n = Number(count.input.value);
    return {
      ...(method.value ? { method: method.value } : {}), ...(path.value.trim() ? { path: path.value.trim() } : {}), ...(project.value ? { project: Number(project.value) } : {}),
      ...{ status: { status: Number(status.value) }, delay: { delay_ms: amountOf("delay") }, before: { drop: "before" }, after: { drop: "after" }, cut: { truncate_after: amountOf("cut") }, slow: { slow_body_ms: amountOf("slow") } }[action.value],
      ...{ always: {}, times: { times: n }, every: { every: n }, chance: { probability: n / 100 } }[often.value],
    };
  };
  const remove = (one) => attempt(async () => {
    await api("DELETE", `${FAULTS}${one.id}/`);
    await load();
  });
  const row = (one) => [
    h("code", {}, `${one.method ?? "Any method"} ${one.path ?? "any path"}`),
    effect(one), frequency(one),
    [one.project ? `project ${one.project}` : null, one.key ? h("code", {}, one.key) : null],
    { cell: `${one.hits.toLocaleString()} of ${one.seen.toLocaleString()}`, class: "number" },
    button("Delete", () => remove(one), { class: "danger", "aria-label": `Delete rule ${one.id}` }),
  ];
  const load = async () => {
    const { results } = await api("GET", FAULTS);
    clear.hidden = results.length === 0;
    body.replaceChildren(results.length
      ? table("Rules", ["Requests", "What happens", "Which", "Only", "Hits", "Actions"], results.map(row))
      : empty("No failures", "Requests are answered as they should be."));
  };
  const clear = button("Delete all…", async () => (await confirm("Delete all rules?", "Requests are answered as they should be again.", "Delete all rules", () => api("DELETE", FAULTS))) && load(), { class: "danger", "aria-label": "Delete all rules" });
  const onsubmit = (event) => {
    event.preventDefault();
    return attempt(async () => {
      await api("POST", FAULTS, rule());
      await load();
    });
  };
  draw();
  scene.view.append(h("section", {},
    h("div", { class: "head" }, h("h2", {}, "Failures on demand"), h("div", { class: "row" }, curlOfList(() => FAULTS, { "aria-label": "Copy as curl: rules" }), button("Refresh", () => attempt(load)), clear)),
    h("p", { class: "quiet" }, "A rule makes requests fail that fit it. The first rule that applies decides. This page itself is affected by rules for the API. ", h("a", { href: "/docs/lab/#faults" }, "All that rules can do")),
    h("form", { class: "line", onsubmit }, field("Method", {}, method), field("Path", { hint: "empty for any; * and ** fit any text" }, path), field("Project", {}, project),
      field("What happens", {}, action), amount, field("How often", {}, often), counted, h("button", { class: "main" }, "Add rule"),
      curlButton(() => ({ requests: [{ method: "POST", path: FAULTS, body: rule() }] }), { "aria-label": "Copy as curl: new rule" })),
    body));
  await load();
}
