// The embedded page of a share beside its settings: drawn anew after each change, without a blink.

import { h } from "./dom.js";
import { link, title } from "./share-things.js";

const OFF = "The link is off: nobody sees the page. Switch it on to see it here.";
const LOCKED = "The page asks for a password, in this preview too: type one there, or add one and the preview opens by itself.";
const SHOWN = "This is what the embed code shows. Looks from here are not counted.";

/** The preview of `share`. `show(configuration)` draws it anew, `unlock(password)` opens it where a password is asked for. */
export function preview(share) {
  const stage = h("div", { class: "stage" });
  const says = h("p", { class: "quiet" });
  const show = (configuration) => {
    if (!configuration.enabled || share.parent_deleted) {
      says.textContent = share.parent_deleted ? "The shared thing is deleted: its page is closed until it comes back." : OFF;
      stage.replaceChildren();
      return;
    }
    says.textContent = configuration.password_required ? LOCKED : SHOWN;
    const frame = h("iframe", { src: link(configuration, "embedded"), title: `Preview of ${title(share)}`, class: "coming" });
    // The old page stays until the new one is there.
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
