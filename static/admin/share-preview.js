// The embedded page of a share beside its settings, redrawn after each change without flicker.

import { h } from "./dom.js";
import { link, title } from "./share-things.js";
import { stage } from "./stage.js";

const OFF = "The link is off: no one can see the page. Switch it on to see it here.";
const ENDED = "The share has ended: no one can see the page. Choose a later end to see it here.";
const LOCKED = "The page asks for a password, also in this preview: enter one there, or add one to open the preview.";
const SHOWN = "This is what the embed code shows. Views here are not counted.";

/** The preview of `share`. `show(configuration)` redraws it, `unlock(password)` opens a protected one. */
export function preview(share) {
  const { node, show: put, clear } = stage();
  const says = h("p", { class: "quiet" });
  const show = (configuration) => {
    if (!configuration.enabled || share.parent_deleted || share.gone || share.expired) {
      says.textContent = share.gone ? "" : share.parent_deleted ? "The shared object is deleted: its page is closed until it is restored." : configuration.enabled ? ENDED : OFF;
      clear();
      return;
    }
    says.textContent = configuration.password_required ? LOCKED : SHOWN;
    put({ src: link(configuration, "embedded"), title: `Preview of ${title(share)}` });
  };
  const unlock = async (configuration, password) => {
    await fetch(link(configuration, "embedded"), { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ password }) });
    show(configuration);
  };
  return { node: h("section", { class: "preview", "aria-label": "Preview" }, node, says), show, unlock };
}
