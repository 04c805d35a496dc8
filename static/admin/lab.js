// The section for lab mode, in which tests control the server: its parts, one at a time. `part` in the URL names it.

import { h } from "./dom.js";
import { CLOCK, clock } from "./lab-clock.js";
import { data, firstOfData } from "./lab-data.js";
import { stream } from "./lab-events.js";
import { expect } from "./lab-expect.js";
import { FAULTS, faults } from "./lab-faults.js";
import { firstOfFlags, flags } from "./lab-flags.js";
import { firstOfRequests, requests } from "./lab-requests.js";

/** The parts: the name, what draws it, and the paths that it asks for first. */
const PARTS = {
  data: ["Data", data, firstOfData],
  clock: ["Clock", clock, () => [CLOCK]],
  events: ["Events", stream, () => []],
  expect: ["Expect", expect, () => []],
  requests: ["Requests", requests, firstOfRequests],
  faults: ["Faults", faults, () => [FAULTS]],
  flags: ["Flags", flags, firstOfFlags],
};

const partOf = (parameters) => (PARTS[parameters.get("part")] ? parameters.get("part") : "data");

/** The first requests of this section. */
export const firstOfLab = (base, parameters) => PARTS[partOf(parameters)][2](base, parameters);

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
