// The embedded page of a share beside its settings, redrawn after each change without flicker.

import { h } from "./dom.js";
import { link, title } from "./share-things.js";

const OFF = "The link is off: no one can see the page. Switch it on to see it here.";
const LOCKED = "The page asks for a password, also in this preview: enter one there, or add one to open the preview.";
const SHOWN = "This is what the embed code shows. Views here are not counted.";

/** The preview of `share`. `show(configuration)` redraws it, `unlock(password)` opens a protected one. */
export function preview(share) {
  const stage = h("div", { class: "stage" });
  const says = h("p", { class: "quiet" });
  const show = (configuration) => {
    if (!configuration.enabled || share.parent_deleted) {
      says.textContent = share.parent_deleted ? "The shared object is deleted: its page is closed until it is restored." : OFF;
      stage.replaceChildren();
      return;
    }
    says.textContent = configuration.password_required ? LOCKED : SHOWN;
    const frame = h("iframe", { src: link(configuration, "embedded"), title: `Preview of ${title(share)}`, class: "coming" });
    // The old page stays until the new one has loaded.
    frame.addEventListener("load", () => {
      if (!frame.isConnected) return;
      while (stage.firstChild !== frame) stage.firstChild.remove();
      frame.classList.remove("coming");
    });
    stage.append(frame);
  };
  const unlock = async (configuration, password) => {
    await fetch(link(configuration, "embedded"), { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ password }) });
    show(configuration);
  };
  return { node: h("section", { class: "preview", "aria-label": "Preview" }, stage, says), show, unlock };
}
