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
