// Requests to the API, with the session cookies; errors become sentences.

/** The session has ended, or is too old for this change: the message asks to sign in. */
export class SignedOut extends Error {}

/** The server refused the request, with this `status` and, if it is JSON, `body`. */
export class Refused extends Error {
  constructor(message, status, body) {
    super(message);
    this.status = status;
    this.body = body;
  }
}

/** What responses say about the server: whether it is in lab mode, and how far its clock is ahead of the browser's, in milliseconds. */
export const server = { isLab: false, ahead: 0 };

const csrf = () => document.cookie.match(/(?:^|; )posthog_csrftoken=([^;]*)/)?.[1] ?? "";

const LABELS = { label: "Label", scopes: "Scopes", note: "Note", password: "Password", tags: "Tags", scoped_teams: "Projects", secret: "Key or password", raw_password: "Password", description: "Description" };

/** Describes an error response in a sentence. */
function sentence(status, body) {
  const detail = body?.detail ?? body?.error;
  if (!detail) return `The server answered with an error (${status}).`;
  if (status === 404 && detail === "Not found.") return "This does not exist, or was deleted meanwhile.";
  const name = LABELS[body.attr?.replace(/^updates__\d+__/, "").split("__")[0]];
  return name && !detail.startsWith(name) ? `${name}: ${detail}` : detail;
}

/** Responses that were asked for before they are needed, by path. */
const early = new Map();

/** Asks for `path` now, so that the first `api("GET", path)` need not wait a round trip. */
export function ahead(path) {
  const response = send("GET", path);
  response.catch(() => {}); // reported where it is needed
  early.set(path, response);
}

/** What was asked for ahead of the project `@current` is for the project `id`. */
export function settle(id) {
  for (const [path, response] of early) early.set(path.replace("/@current/", `/${id}/`), response);
}

/** Drops what was asked for ahead and not needed: later it would be old. */
export const forget = () => early.clear();

/** The changes that a rehearsal would send; null while there is none. */
let rehearsed = null;

/** Stands for a response that is not there, and for all that it has. */
const absent = () => new Proxy(() => {}, {
  get: (_, name) => (name === "then" ? undefined : ["toJSON", "toString", Symbol.toPrimitive].includes(name) ? () => "RESPONSE" : absent()),
  apply: () => absent(),
});

/**
 * Runs `task` without sending the changes that it makes. Returns them, and whether the task came to its end; it cannot where it
 * needs what a response says.
 */
export async function rehearse(task) {
  const requests = rehearsed = [];
  let isCut = false;
  try {
    await task();
  } catch (error) {
    if (requests.length === 0) throw error;
    isCut = true;
  } finally {
    rehearsed = null;
  }
  return { requests, isCut };
}

/** Sends a request to `path`. Returns the JSON of the response, if any. Throws an `Error` with a message for people. */
export function api(method, path, body, signal) {
  if (rehearsed && method !== "GET") {
    rehearsed.push({ method, path, body });
    return Promise.resolve(absent());
  }
  if (rehearsed && path.includes("RESPONSE")) return Promise.reject(new Error("This depends on a response."));
  const response = method === "GET" && early.get(path);
  if (!response) return send(method, path, body, signal);
  early.delete(path);
  return response;
}

async function send(method, path, body, signal) {
  return json(await reach(method, path, body, signal));
}

/** The time by the clock that the API follows, in milliseconds: that of the server's machine, or of lab mode. */
export async function serverTime() {
  return server.isLab ? Date.parse((await api("GET", "/_lab/clock")).now) : Date.now() + server.ahead;
}

/** Sends a POST to `path`, which responds with a file. Returns its name and content. */
export async function download(path) {
  const response = await reach("POST", path);
  const [, name] = response.headers.get("content-disposition").match(/filename="([^"]+)"/);
  const content = await response.blob().catch(() => {
    throw new Error("The download broke off. Try again.");
  });
  return { name, content };
}

/** The JSON of `response`; null if there is none: then the status says enough. */
async function json(response) {
  const text = await response.text();
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

/** Sends a request and returns the response, if it is not an error. */
async function reach(method, path, body, signal) {
  let response;
  try {
    response = await fetch(path, {
      method,
      signal,
      headers: { accept: "application/json", "x-csrftoken": csrf(), ...(body === undefined ? {} : { "content-type": "application/json" }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The server does not respond. Check that it is running, then try again.");
  }
  server.isLab = response.headers.has("hoglet-lab");
  const sent = Date.parse(response.headers.get("date"));
  if (sent) server.ahead = sent - Date.now();
  if (response.ok) return response;
  const answer = await json(response);
  if (response.status === 401 && path.startsWith("/api/")) throw new SignedOut("Your session has ended. Sign in again.");
  if (answer?.code === "sensitive_action_required_reauth") throw new SignedOut("You signed in more than two hours ago. Sign in again, then repeat this.");
  throw new Refused(sentence(response.status, answer), response.status, answer);
}

/** The path of the page of a paginated list that starts at `offset`. */
const pageAt = (path, offset) => `${path}${path.includes("?") ? "&" : "?"}limit=1000&offset=${offset}`;

/** The first request of `all(path)`. */
export const firstPage = (path) => pageAt(path, 0);

/** All items of a paginated list, at most `most`. */
export async function all(path, most = Infinity) {
  const items = [];
  for (;;) {
    const page = await api("GET", pageAt(path, items.length));
    items.push(...page.results);
    if (!page.next || page.results.length === 0 || items.length >= most) return items;
  }
}
