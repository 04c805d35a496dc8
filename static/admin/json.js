// JSON that people write.

import { h } from "./dom.js";

/** The value of the JSON in `text`. Throws an `Error` that says what `what` it is and why it cannot be read. */
export function parse(text, what) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${what} is not valid JSON. ${error.message}.`);
  }
}

/** `value` as indented JSON. */
export const pretty = (value) => JSON.stringify(value, null, 2);

/** `text` with indentation if it is JSON, otherwise as it is. */
export function indented(text) {
  try {
    return pretty(JSON.parse(text));
  } catch {
    return text;
  }
}

/** A box for JSON or other text with a fixed width. */
export const codeBox = (value, attributes) => h("textarea", { class: "code", rows: 8, spellcheck: "false", autocapitalize: "off", value, ...attributes });
