// Server-sent events.

/** How long to wait before connecting again after the server refused, in milliseconds. */
const PAUSE = 5000;

/**
 * Listens to the stream at `path` until `signal` aborts. Calls `take(item, id)` for each event, `lost(detail)` if some were
 * dropped before they were read, and `state(isConnected)`.
 */
export function listen(path, signal, { take, lost, state }) {
  if (signal.aborted) return;
  const source = new EventSource(path);
  const stop = () => source.close();
  signal.addEventListener("abort", stop);
  source.addEventListener("open", () => state(true));
  source.addEventListener("message", (event) => take(JSON.parse(event.data), event.lastEventId));
  source.addEventListener("lost", (event) => lost?.(JSON.parse(event.data).detail));
  source.addEventListener("error", () => {
    state(false);
    // The browser connects again by itself, except after a refusal.
    if (source.readyState !== EventSource.CLOSED) return;
    signal.removeEventListener("abort", stop);
    setTimeout(() => listen(path, signal, { take, lost, state }), PAUSE);
  });
}

/** How long to wait for further changes before loading again, in milliseconds. */
const MOMENT = 250;

/**
 * Calls `refresh()` a moment after one of `topics` of the project has changed, also through this page, and whenever changes may
 * have been missed. Stops when the section is left. Only a visible page listens: browsers have few connections for each server.
 * Returns whether the server says at once what changes.
 */
export function onChange({ base, stay }, topics, refresh) {
  let connection = null;
  let isConnected = false;
  let timer = 0;
  const due = () => {
    timer ||= setTimeout(() => {
      timer = 0;
      if (!stay.aborted) refresh();
    }, MOMENT);
  };
  const leave = () => {
    connection?.abort();
    connection = null;
    isConnected = false;
  };
  const enter = () => {
    connection = new AbortController();
    listen(`${base}/changes/`, connection.signal, {
      take: ({ changed }) => changed.some((topic) => topics.includes(topic)) && due(),
      state: (now) => {
        isConnected = now;
        if (now) due(); // what changed before
      },
    });
  };
  const toggle = () => (document.hidden ? leave() : connection || enter());
  document.addEventListener("visibilitychange", toggle, { signal: stay });
  stay.addEventListener("abort", leave);
  toggle();
  return () => isConnected;
}
