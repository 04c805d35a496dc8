// Backups of all that the server has: a new one as a download, and those on its machine, which can be restored.

import { api, download } from "./api.js";
import { attempt, button, confirm, h, notice, save, table, toTheSecond, when } from "./dom.js";

export const BACKUPS = "/api/backups/";

const UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB"];

/** `bytes` for people, such as 1.5 MiB. */
function size(bytes) {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${(bytes / 1024 ** power).toLocaleString(undefined, { maximumFractionDigits: 1 })} ${UNITS[power]}`;
}

/** `path` as one word of a shell. */
const word = (path) => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);

/** Restores the backup `one` after confirmation, then shows what there is. */
async function restore(scene, { name, created_at: written }) {
  const text = `All organizations and projects become what they were when this was written (${toTheSecond.format(new Date(written))}), users and keys as well: keys and passwords that were replaced or deleted since then work again. Changes wait meanwhile. What there is now is kept in a file beside the database, which can be restored in turn.`;
  const restored = await confirm(`Restore ${name}?`, text, "Restore", () => api("POST", `${BACKUPS}${encodeURIComponent(name)}/restore/`), { sends: null });
  if (!restored) return;
  await scene.reload();
  notice(`All data is as in ${name}. What was there before is in ${restored.kept}.`);
}

/** The section on the backups in `kept`; nothing for users who cannot make one. */
export function backups(scene, { is_allowed: isAllowed, database, directory, results: files }) {
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
  return [h("section", {}, h("div", { class: "head" }, h("h2", {}, "Backups"), make),
    h("p", { class: "quiet" }, "A backup is the whole database: all organizations and projects, the hashes of all keys and passwords, and the passwords’ notes. It is checked before it is sent."),
    files.length
      ? table("Backups", ["Name", "Size", "Written", "Actions"], files.map((one) => [h("code", {}, one.name), size(one.size), when(one.created_at),
        button("Restore…", () => restore(scene, one), { "aria-label": `Restore ${one.name}` })]))
      : directory && h("p", {}, "The server has not written a backup yet."),
    h("p", { class: "quiet" }, directory
      ? ["Backups that the server writes are in ", h("code", {}, directory), " on its machine."]
      : ["The server writes backups by itself if it is started with ", h("code", {}, "--auto-backup DIR"), "."]),
    h("h3", {}, "Restore a file from elsewhere"),
    h("p", { class: "quiet" }, "A backup that was downloaded is restored on the server’s machine: stop the server, run this, and start it again. What the database was before is kept in a file beside it."),
    h("pre", { tabindex: "0" }, `hoglet restore hoglet-backup.db --db ${word(database)}`))];
}
