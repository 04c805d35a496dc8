// The section for lab mode, in which tests control the server: its parts, one at a time. `part` in the URL names it.

import { h } from "./dom.js";
import { clock } from "./lab-clock.js";
import { data } from "./lab-data.js";
import { stream } from "./lab-events.js";
import { expect } from "./lab-expect.js";
import { faults } from "./lab-faults.js";
import { flags } from "./lab-flags.js";
import { requests } from "./lab-requests.js";

const PARTS = { data: ["Data", data], clock: ["Clock", clock], events: ["Events", stream], expect: ["Expect", expect], requests: ["Requests", requests], faults: ["Faults", faults], flags: ["Flags", flags] };

const partOf = (parameters) => (PARTS[parameters.get("part")] ? parameters.get("part") : "data");

export async function lab(scene) {
  const part = partOf(scene.parameters);
  const links = Object.entries(PARTS).map(([key, [name]]) =>
    h("a", { href: `#/projects/${scene.project.id}/lab?part=${key}`, "aria-current": key === part ? "page" : null }, name));
  scene.view.append(
    h("div", { class: "head" }, h("h1", {}, "Lab"), h("a", { href: "/docs/lab/" }, "What tests can do with it")),
    h("nav", { class: "parts", "aria-label": "Parts of the lab" }, links));
  await PARTS[part][1](scene);
  const follow = scene.follow;
  scene.follow = (parameters) => (follow && partOf(parameters) === part ? follow(parameters) : scene.redraw());
}
