// The project token, code to send a first event, the paths that clients requested and hoglet lacks, and backups.

import { api } from "./api.js";
import { BACKUPS, backups } from "./backups.js";
import { button, copy, h, table, when } from "./dom.js";

const snippets = (origin, token) => [
  ["curl", `curl -H 'Content-Type: application/json' ${origin}/i/v0/e/ -d '{
  "api_key": "${token}",
  "event": "signed up",
  "distinct_id": "visitor-1",
  "properties": {"plan": "free"}
}'`],
  ["Python", `# pip install posthog
from posthog import Posthog

posthog = Posthog("${token}", host="${origin}")
posthog.capture("signed up", distinct_id="visitor-1", properties={"plan": "free"})
posthog.shutdown()`],
  ["Node", `// npm install posthog-node
import { PostHog } from "posthog-node";

const posthog = new PostHog("${token}", { host: "${origin}" });
posthog.capture({ distinctId: "visitor-1", event: "signed up", properties: { plan: "free" } });
await posthog.shutdown();`],
  ["JavaScript", `// npm install posthog-js
import posthog from "posthog-js";

posthog.init("${token}", { api_host: "${origin}" });
posthog.capture("signed up", { plan: "free" });`],
];

/** The paths that hoglet lacks; nothing if no client asked for one. */
const notServed = (list) => (list.length ? [h("section", {}, h("h2", {}, "Asked for, not served"),
  h("p", { class: "quiet" }, "Clients asked for these paths since the server started, and hoglet does not have them. Parts that may be a key or an id are shown as *."),
  table("Asked for, not served", ["Path", "Times", "Last"], list.map((missed) => [h("code", {}, `${missed.method} ${missed.path}`), String(missed.count), when(missed.last_asked_at)])))]
  : []);

const NOT_SERVED = "/api/not_served/";

/** The first requests of this section. */
export const firstOfProject = () => [NOT_SERVED, BACKUPS];

export async function project({ project: own, view }) {
  const { origin } = location;
  const [missed, kept] = await Promise.all([api("GET", NOT_SERVED), api("GET", BACKUPS)]);
  const fact = (name, text) => [h("dt", {}, name), h("dd", { class: "row" }, h("code", {}, text), button("Copy", () => copy(text, name), { "aria-label": `Copy ${name.toLowerCase()}` }))];
  view.append(
    h("div", { class: "head" }, h("h1", {}, own.name)),
    h("section", {}, h("dl", {}, fact("Address", origin), fact("Project ID", String(own.id)), fact("Project token", own.api_token)),
      h("p", { class: "quiet" }, "The project token is public: it can only send events. To read or change data through the API, create a key under Keys.")),
    h("section", {}, h("h2", {}, "Connect"), snippets(origin, own.api_token).map(([name, text]) => [
      h("div", { class: "head" }, h("h3", {}, name), button("Copy", () => copy(text, `The ${name} lines are`), { "aria-label": `Copy ${name} lines` })),
      h("pre", { tabindex: "0" }, text),
    ])),
    ...notServed(missed.results),
    ...backups(kept));
}
