// Buttons below a chart: its numbers as a file, and itself as a picture.
import { h } from "./dom.js";
import { ink } from "./legend.js";

const WIDTH = 720; // of a picture of horizontal bars
const MARGIN = 20;
const FONT = "system-ui, -apple-system, \"Segoe UI\", Roboto, sans-serif";

/** The buttons of the chart `name`; `file()` returns its table. The picture is taken from the drawing beside them. */
export function tools(name, file, hasPicture) {
  const says = h("span", { role: "status" });
  const box = h("div", { class: "tools" }, says,
    h("button", { type: "button", onclick: () => save(new Blob([csv(file())], { type: "text/csv" }), `${fileName(name)}.csv`), "aria-label": `CSV of ${name}` }, "CSV"),
    hasPicture ? h("button", { type: "button", onclick: async () => { says.textContent = await copy(box, name); }, "aria-label": `Copy image of ${name}` }, "Copy image") : null);
  return box;
}

/** A CSV cell (RFC 4180). A leading apostrophe makes text of what a spreadsheet would run as a formula. */
function cell(value) {
  if (typeof value === "number") return String(value);
  const text = value && typeof value === "object" ? JSON.stringify(value) : String(value ?? "");
  const safe = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/u.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
  return /[",;\t\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

// Spreadsheets recognize UTF-8 only by the byte order mark.
const csv = ({ columns, rows }) => `\ufeff${[...(columns.length ? [columns] : []), ...rows].map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;

const fileName = (name) => name.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 60) || "chart";

function save(blob, name) {
  const url = URL.createObjectURL(blob);
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Copies the drawing before `box` as a PNG, or saves it where the browser does not let the page copy. Returns what happened. */
async function copy(box, name) {
  const picture = new Promise((done) => paint(box, name).toBlob(done));
  try {
    await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
    return "Copied";
  } catch {
    save(await picture, `${fileName(name)}.png`);
    return "Saved as a file: the browser does not let this page copy.";
  }
}

/** A canvas with the name, the drawing and the legend. */
function paint(box, name) {
  const around = box.closest(".insight");
  const chart = around.querySelector(".chart canvas");
  const rows = [...around.querySelectorAll(".rows > li")];
  const entries = [...around.querySelectorAll(".legend li")].filter((entry) => entry.querySelector("button")?.getAttribute("aria-pressed") !== "false");
  const width = (chart ? chart.width / devicePixelRatio : WIDTH) + 2 * MARGIN;
  const parts = [heading(name), chart ? image(chart) : null, ...rows.map(bar), ...wrapped(entries, width - 2 * MARGIN)].filter(Boolean);
  const canvas = document.createElement("canvas");
  const height = parts.reduce((sum, part) => sum + part.height, 2 * MARGIN);
  [canvas.width, canvas.height] = [width * devicePixelRatio, height * devicePixelRatio];
  const context = canvas.getContext("2d");
  context.scale(devicePixelRatio, devicePixelRatio);
  context.fillStyle = ink("sheet");
  context.fillRect(0, 0, width, height);
  let y = MARGIN;
  for (const part of parts) {
    part.draw(context, MARGIN, y, width - 2 * MARGIN);
    y += part.height;
  }
  return canvas;
}

function words(context, text, x, y, { size = 14, weight = 400, align = "left", room = undefined, tint = "ink" } = {}) {
  context.font = `${weight} ${size}px ${FONT}`;
  context.textAlign = align;
  context.fillStyle = ink(tint);
  let kept = text;
  while (room && kept.length > 1 && context.measureText(`${kept}…`).width > room) kept = kept.slice(0, Math.min(kept.length - 1, 200));
  context.fillText(kept === text ? text : `${kept}…`, x, y);
}

const heading = (name) => ({ height: 34, draw: (context, x, y, width) => words(context, name, x, y + 16, { size: 18, weight: 600, room: width }) });

const image = (chart) => ({
  height: chart.height / devicePixelRatio + 10,
  draw: (context, x, y) => context.drawImage(chart, x, y, chart.width / devicePixelRatio, chart.height / devicePixelRatio),
});

/** One of the horizontal bars, as its element shows it. */
function bar(row) {
  const [name, value] = [...row.querySelector(".row-head").children].map((part) => part.textContent);
  const note = row.querySelector("small")?.textContent;
  const shape = row.querySelector(".bar");
  const at = (attribute) => Number(shape.getAttribute(attribute)) / 100;
  return { height: note ? 64 : 46, draw: (context, x, y, width) => {
    words(context, name, x, y + 14, { room: width - 160 });
    words(context, value, x + width, y + 14, { weight: 600, align: "right" });
    context.fillStyle = ink("wash");
    context.fillRect(x, y + 20, width, 14);
    context.fillStyle = getComputedStyle(shape).fill;
    context.fillRect(x + at("x") * width, y + 20, at("width") * width, 14);
    if (note) words(context, note, x, y + 50, { size: 12, tint: "soft" });
  } };
}

/** The names of a legend in lines of `width`. */
function wrapped(entries, width) {
  const context = document.createElement("canvas").getContext("2d");
  const lines = [];
  let left = 0;
  for (const entry of entries) {
    context.font = `13px ${FONT}`;
    const text = [...entry.textContent].slice(0, 60).join("");
    const size = Math.min(width, context.measureText(text).width + 34);
    if (!lines.length || left < size) {
      lines.push([]);
      left = width;
    }
    lines.at(-1).push({ text, tint: getComputedStyle(entry.querySelector(".dot")).getPropertyValue("--c") || ink("ink"), x: width - left });
    left -= size;
  }
  return lines.map((line) => ({ height: 22, draw: (target, x, y) => {
    for (const one of line) {
      target.fillStyle = one.tint;
      target.fillRect(x + one.x, y + 4, 10, 10);
      words(target, one.text, x + one.x + 16, y + 14, { size: 13 });
    }
  } }));
}
