// Keeps the focus. What has it may be drawn anew or go away; the browser then puts the focus on the start of the page, where those
// who work by keyboard are lost.

const FOCUSABLE = "a[href], button, summary, input, select, textarea, [tabindex='0']";

const nameOf = (element) => element.ariaLabel ?? element.labels?.[0]?.textContent ?? element.textContent;
const isShown = (element) => element.isConnected && element.checkVisibility();
const canTake = (element) => isShown(element) && !element.disabled;

/** What has the focus: the element, its name, and the elements around it from the inside out; null if a person left it. */
let held = null;

function hold({ target }) {
  const around = [];
  for (let it = target.parentElement; it && it !== document.body; it = it.parentElement) around.push(it);
  held = { element: target, name: nameOf(target), around };
}

/** A person who clicks beside everything wants the focus nowhere; an element that goes away was not left. */
const leave = ({ target, relatedTarget }) => relatedTarget || queueMicrotask(() => {
  if (held?.element === target && canTake(target)) held = null;
});

/** If nothing has the focus any more: gives it back, or else to what has the same name, or else to what is nearest. */
function restore() {
  if (!held || document.activeElement !== document.body) return;
  const { element, name, around } = held;
  if (isShown(element)) return element.focus({ preventScroll: true }); // not while it is disabled
  const near = around.map((place) => [...place.querySelectorAll(FOCUSABLE)].filter(canTake));
  const same = near.flat().find((it) => it.localName === element.localName && nameOf(it) === name);
  (same ?? near.flat()[0])?.focus({ preventScroll: Boolean(same) });
}

/** What has the focus, for `restoreFocus`. */
export const heldFocus = () => held;

/** Gives the focus back to `before`, if nothing has it. */
export function restoreFocus(before) {
  if (document.activeElement !== document.body) return;
  held = before;
  restore();
}

export function keepFocus() {
  addEventListener("focusin", hold);
  addEventListener("focusout", leave);
  new MutationObserver(restore).observe(document.body, { childList: true, subtree: true, attributeFilter: ["disabled", "hidden"] });
}
