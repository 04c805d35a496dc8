// Compares the events that came with those that a test expects.

import { api, Refused } from "./api.js";
import { button, curlButton, field, h, table } from "./dom.js";
import { codeBox, parse, pretty } from "./json.js";

const value = (it) => (it === undefined ? h("span", { class: "quiet" }, "nothing") : h("code", {}, JSON.stringify(it)));

/** Each difference of the nearest event as a row; one row for an expected event that nothing resembles. */
function rows({ index, expected, nearest, nearest_name: name, differences }) {
  const what = [`${index + 1}. ${expected.event ?? ""}`, nearest ? h("div", {}, h("small", {}, `nearest: event ${nearest}`)) : null];
  if (differences.length === 0) return [[what, "", "", name ? `No event has this name. The nearest is “${name}”.` : "No event resembles it."]];
  return differences.map((one, at) => [at === 0 ? what : `${index + 1}. ${expected.event ?? ""}`, h("code", {}, one.property), value(one.expected), value(one.got)]);
}

const difference = (answer) => [
  h("h3", {}, "The difference"),
  answer.missing.length ? table("The difference", ["Expected", "Property", "Should be", "Is"], answer.missing.flatMap(rows)) : null,
  h("h3", {}, "As a failed test prints it"),
  h("pre", { tabindex: "0" }, answer.text),
];

const matches = (answer) => (answer.matched.length
  ? [table("Events that came", ["Number", "Event", "Person", "Properties"], answer.matched.map((event) => [String(event.number), event.event, h("code", {}, event.distinct_id), h("code", {}, JSON.stringify(event.properties))]))]
  : []);

export async function expect(scene) {
  const example = { project: scene.project.id, wait: "2s", events: [{ event: "signed up", properties: { plan: { $type: "string" } } }] };
  const box = codeBox(pretty(example), { rows: 12, required: true });
  const says = h("p", { role: "status" });
  const body = h("div", {});
  const go = h("button", { class: "main" }, "Compare");
  const show = (kind, text, nodes) => {
    says.className = kind;
    says.textContent = text;
    body.replaceChildren(...nodes.filter(Boolean));
  };
  const compare = async () => {
    try {
      const answer = await api("POST", "/_lab/expect", parse(box.value, "What you expect"), scene.stay);
      show("success", "All expected events came.", matches(answer));
    } catch (error) {
      if (error.name === "AbortError") return;
      const answer = error instanceof Refused && error.status === 409 ? error.body : null;
      if (answer?.missing) show("error", answer.missing.length ? "Not all expected events came." : "More came than expected.", difference(answer));
      else show("error", error.message, []);
    }
  };
  const onsubmit = async (event) => {
    event.preventDefault();
    go.disabled = true;
    show("quiet", "Waiting…", []);
    await compare();
    go.disabled = false;
  };
  const latest = button("Take the latest event", async () => {
    const { results: [event] } = await api("GET", `${scene.base}/events/?limit=1`);
    if (!event) return show("error", "No event of this project came yet.", []);
    box.value = pretty({ project: scene.project.id, events: [{ event: event.event, distinct_id: event.distinct_id, properties: event.properties }] });
    box.focus();
  });
  scene.view.append(h("section", {}, h("h2", {}, "Expect events"),
    h("p", { class: "quiet" }, "Write what a test expects and see what is missing, what came instead and which property differs. ", h("a", { href: "/docs/lab/#expect" }, "What can be written")),
    h("form", { onsubmit }, field("Expected events", { hint: "as JSON" }, box), h("div", { class: "row" }, go, latest, curlButton(() => ({ requests: [{ method: "POST", path: "/_lab/expect", body: parse(box.value, "What you expect") }] })))),
    says, body));
}
