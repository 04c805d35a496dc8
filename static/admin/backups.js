// Backups of all that the server has: a new one as a download, and those that it has written by itself.

import { download } from "./api.js";
import { attempt, button, h, notice, save, table, when } from "./dom.js";

export const BACKUPS = "/api/backups/";

const UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB"];

/** `bytes` for people, such as 1.5 MiB. */
function size(bytes) {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${(bytes / 1024 ** power).toLocaleString(undefined, { maximumFractionDigits: 1 })} ${UNITS[power]}`;
}

/** `path` as one word of a shell. */
const word = (path) => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);

/** The section on the backups in `kept`; nothing for users who cannot make one. */
export function backups({ is_allowed: isAllowed, database, directory, results: written }) {
  if (!isAllowed) return [];
  const make = button("Download a backup", async () => {
    make.disabled = true;
    await attempt(async () => {
      const { name, content } = await download(BACKUPS);
      save([content], content.type, name);
      notice(`${name} (${size(content.size)}) is downloaded. Keep it as private as the server.`);
    });
    make.disabled = false;
  }, { class: "main" });
  const latest = written.length ? `${directory}/${written[0].name}` : "hoglet-backup.db";
  return [h("section", {}, h("div", { class: "head" }, h("h2", {}, "Backups"), make),
    h("p", { class: "quiet" }, "A backup is the whole database: all organizations and projects, the hashes of all keys and passwords, and the passwords’ notes. It is checked before it is sent."),
    directory && (written.length
      ? table("Backups", ["Name", "Size", "Written"], written.map((one) => [h("code", {}, one.name), size(one.size), when(one.created_at)]))
      : h("p", {}, "The server has not written a backup yet.")),
    h("p", { class: "quiet" }, directory
      ? ["These are in ", h("code", {}, directory), " on the server’s machine."]
      : ["The server writes backups by itself if it is started with ", h("code", {}, "--auto-backup DIR"), "."]),
    h("h3", {}, "Go back to a backup"),
    h("p", { class: "quiet" }, "Stop the server, run this on its machine, and start the server again. What the database was before is kept in a file beside it."),
    h("pre", { tabindex: "0" }, `hoglet restore ${word(latest)} --db ${word(database)}`))];
}
