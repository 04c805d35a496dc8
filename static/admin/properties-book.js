// The property definitions that the page has loaded. A change is shown at once, and reverted with a message if the server
// refuses it. Changes that can be undone offer a button.

import { api, Refused, SignedOut } from "./api.js";
import { notice } from "./dom.js";

/** The maximum number of concurrent requests. */
const TOGETHER = 6;

/** The maximum number of definitions in one request. */
const MOST = 500;

/** The definition `it` after the change `what`: a definition is never both verified and hidden. */
const after = (it, what) => ({ ...it, ...(what.verified ? { hidden: false } : {}), ...(what.hidden ? { verified: false } : {}), ...what });

/** The change that reverts `what` on `it`. */
function inverse(it, what) {
  if ("verified" in what || "hidden" in what) return { verified: Boolean(it.verified), hidden: it.hidden };
  return Object.fromEntries(Object.keys(what).map((key) => [key, it[key]]));
}

/** Returns a function that runs tasks, at most `most` at once. */
function gate(most) {
  const waiting = [];
  let free = most;
  return async (task) => {
    if (free > 0) free -= 1;
    else await new Promise((go) => waiting.push(go));
    try {
      return await task();
    } finally {
      if (waiting.length) waiting.shift()();
      else free += 1;
    }
  };
}

/** Splits `ids` into parts of at most `size`. */
const parts = (ids, size) => Array.from({ length: Math.ceil(ids.length / size) }, (_, index) => ids.slice(index * size, (index + 1) * size));

/** Why a change was not sent. */
const STOPPED = "Stopped.";

export const many = (count) => (count === 1 ? "1 definition" : `${count.toLocaleString()} definitions`);

/** Manages the definitions at `path`; calls `redraw` with the id of each definition that changed. */
export function open(path, redraw) {
  const known = new Map(); // id -> the last version from the server
  const asked = new Map(); // id -> changes without a response yet, oldest first
  const turns = new Map(); // id -> promise of its latest change, so that changes of one definition keep their order
  const through = gate(TOGETHER);
  const inTurn = gate(1); // for parts of a change of many: those that have not been sent can be stopped
  let stops = 0;
  let undoLast = null;

  const shown = (id) => (asked.get(id) ?? []).reduce(after, known.get(id));
  const take = (it) => known.set(it.id, it);
  /** Takes `it` over if it differs from what is known. Returns whether it does. */
  const renew = (it) => {
    const before = known.get(it.id);
    take({ ...before, ...it });
    return JSON.stringify(known.get(it.id)) !== JSON.stringify(before);
  };
  const subject = (ids) => (ids.length === 1 ? `“${shown(ids[0]).name}”` : many(ids.length));

  function reason(error, id) {
    if (!(error instanceof Refused) || error.status !== 404) return error.message;
    take({ ...known.get(id), gone: true });
    return "deleted meanwhile.";
  }

  /** Returns a function that posts `body` to `action` for a change of `count` definitions, unless that was stopped meanwhile. */
  function sender(action, count) {
    const before = stops;
    return (body) => (count > 1 ? inTurn : through)(() => {
      if (stops !== before) throw new Error(STOPPED);
      return api("POST", path + action, body);
    });
  }

  /** Shows `what` on definition `id` until `send` has the response. */
  function during(id, what, send) {
    asked.set(id, [...(asked.get(id) ?? []), what]);
    redraw(id);
    const turn = (turns.get(id) ?? Promise.resolve()).catch(() => {}).then(send);
    turns.set(id, turn);
    return turn.finally(() => {
      asked.set(id, asked.get(id).filter((one) => one !== what));
      redraw(id);
    });
  }

  /**
   * Posts `body(part)` to `action` for each part of at most `size` of `ids`, after their earlier changes, and shows `what(id)`
   * until the response is there. Returns a promise for each id.
   */
  function post(ids, action, body, what, size = MOST) {
    const send = sender(action, ids.length);
    return parts(ids, size).flatMap((part) => {
      const settled = Promise.allSettled(part.map((id) => turns.get(id)));
      const sent = settled.then(() => send(body(part))).then((answer) => new Map(answer.updated.map((it) => [it.id, it])));
      return part.map((id) => during(id, what(id), async () => {
        const mine = (await sent).get(id);
        if (!mine) throw new Refused("Not found.", 404);
        take({ ...known.get(id), ...mine });
      }));
    });
  }

  /** Changes each of `ids` by `what(id)`. */
  const update = (ids, what) => post(ids, "bulk_update/", (part) => ({ updates: part.map((id) => ({ id, ...what(id) })) }), what);

  /** Waits for `tasks`, one for each of `ids`, and shows the outcome. Returns the ids that succeeded. */
  async function report(ids, tasks, word, undo, tick = () => {}) {
    tasks.forEach((task) => task.then(tick, tick));
    const answers = await Promise.allSettled(tasks);
    const lost = answers.find((one) => one.reason instanceof SignedOut);
    if (lost) throw lost.reason;
    const good = ids.filter((_, index) => answers[index].status === "fulfilled");
    const bad = ids.filter((_, index) => answers[index].status === "rejected");
    if (bad.length) {
      const why = new Set(bad.map((id) => reason(answers[ids.indexOf(id)].reason, id)));
      bad.forEach(redraw);
      const which = bad.length < ids.length ? `${bad.length.toLocaleString()} of ${subject(ids)}` : subject(ids);
      notice(`${which} could not be ${word}: ${[...why].slice(0, 2).join(" ")}`, true);
    }
    if (good.length) {
      const back = undo && (() => {
        said.remove();
        undoLast = null;
        return undo(good);
      });
      const said = notice(`${subject(good)} ${good.length === 1 ? "was" : "were"} ${word}.`, false, back);
      undoLast = back;
    }
    return good;
  }

  /** Applies the change `what` to each of `ids`; `word` describes the result, as in "verified". */
  function change(ids, what, word, tick) {
    const before = new Map(ids.map((id) => [id, inverse(shown(id), what)]));
    const undo = (good) => report(good, update(good, (id) => before.get(id)), "put back as before");
    return report(ids, update(ids, () => what), word, undo, tick);
  }

  /** Adds or removes (`action`) `tags` of each of `ids`. */
  function retag(ids, action, tags, tick) {
    const wanted = [...new Set(tags.map((tag) => tag.toLowerCase()))];
    const isAdd = action === "add";
    const has = new Map(ids.map((id) => [id, shown(id).tags]));
    const next = (id) => [...new Set(isAdd ? [...has.get(id), ...wanted] : has.get(id).filter((tag) => !wanted.includes(tag)))].sort();
    const size = Math.max(1, Math.min(MOST, Math.floor(10_000 / wanted.length)));
    const tasks = post(ids, "bulk_update_tags/", (part) => ({ ids: part, action, tags: wanted }), (id) => ({ tags: next(id) }), size);
    const undo = (good) => report(good, update(good, (id) => ({ tags: has.get(id) })), "put back as before");
    return report(ids, tasks, isAdd ? "tagged" : "untagged", undo, tick);
  }

  /** Deletes each of `ids`; one that is already deleted counts as a success. */
  function remove(ids, tick) {
    const send = sender("bulk_update/", ids.length);
    const tasks = parts(ids, MOST).flatMap((part) => {
      const updates = part.map((id) => ({ id, deleted: true }));
      const sent = send({ updates });
      return part.map(() => sent);
    });
    return report(ids, tasks, "deleted", null, tick);
  }

  const stop = () => { stops += 1; };
  return { take, renew, shown, change, retag, remove, stop, undo: () => undoLast?.(), tags: () => [...new Set([...known.values()].flatMap((it) => it.tags))].sort() };
}
