// Requests to the API as code for curl, Python and JavaScript, made from the OpenAPI document, with keys and ids of `--demo`.

/** What stands for a parameter of a path; those that are not here are read from a list. */
const DEMO = {
  project_id: "1", organization_id: "0195f3a0-0000-0000-8000-000000000201", uuid: "0195f3a0-0000-0000-8000-000000000101", share: "demo-baskets",
  insight_id: "2", dashboard_id: "1", notebook_id: "naming01", recording_id: "0199f0c4-7d11-7a52-9b3e-4f6a2c8d1e07", parent: "insight", parent_id: "2",
  "/api/organizations/{id}/": "0195f3a0-0000-0000-8000-000000000201", "/api/organizations/{organization_id}/projects/{id}/": "1",
  "/api/projects/{project_id}/insights/{id}/": "2", "/api/projects/{project_id}/insights/{id}/activity/": "2", "/api/projects/{project_id}/notebooks/{short_id}/": "naming01",
  "/api/projects/{project_id}/session_recordings/{id}/": "0199f0c4-7d11-7a52-9b3e-4f6a2c8d1e07", "/api/personal_api_keys/{id}/": "@current",
  "/api/projects/{project_id}/dashboards/{id}/": "1", "/api/projects/{project_id}/dashboards/{id}/run_insights/": "1", "/api/projects/{project_id}/dashboards/{id}/reorder_tiles/": "1",
};
/** Bodies that name something of the demo. */
const BODIES = {
  "/api/projects/{project_id}/dashboards/{id}/": { description: "What sells, and where" },
  "/api/projects/{project_id}/dashboards/{id}/reorder_tiles/": { tile_order: [2, 1] },
  "/api/projects/{project_id}/event_definitions/": { name: "order returned", tags: ["billing"] },
  "/api/projects/{project_id}/notebook_preview/": { content: { type: "doc", content: [{ type: "paragraph", content: [{ type: "text", text: "Hello" }] }] } },
};
const QUERIES = { "/api/projects/{project_id}/property_definitions/seen_together/": "event_names=order%20placed&property_name=plant", "/api/projects/{project_id}/event_definitions/by_name/": "name=order%20placed" };
/** Operations about something that the demo lacks. */
const LACKING = ["/api/projects/{project_id}/feature_flags/{key}/remote_config/", "/api/projects/{project_id}/feature_flags/{id}/"];
const KEY = "phx_demo";

const resolved = (spec, part) => {
  let now = part;
  while (now?.$ref) now = now.$ref.split("/").slice(1).reduce((whole, name) => whole[name], spec);
  return now;
};

/** The body of an example: that of the operation, or that of its schema. */
function bodyOf(spec, operation) {
  const content = resolved(spec, operation.requestBody)?.content;
  const media = content?.["application/json"];
  if (!media) return undefined;
  const named = Object.values(media.examples ?? {})[0];
  return media.example ?? resolved(spec, named)?.value ?? resolved(spec, media.schema)?.examples?.[0];
}

/** A request: of passwords, which need a protected share, `before` protects it; `id` is the request whose answer has the id `ID`. */
function plan(spec, origin, path, method, operation) {
  const fill = (text) => text.replace(/\{(\w+)\}/g, (_, name) => (/^(id|short_id)$/.test(name) ? DEMO[path] : DEMO[name]) ?? "ID");
  const url = (text) => origin + fill(text);
  const share = path.includes("/passwords/") ? path.slice(0, path.indexOf("passwords/")) : null;
  const isOpen = (operation.security ?? spec.security ?? []).length === 0;
  const made = { method, url: url(path) + (QUERIES[path] ? `?${QUERIES[path]}` : ""), body: operation.requestBody && (BODIES[path] ?? bodyOf(spec, operation)), key: isOpen ? null : KEY };
  if (share) made.before = { method: "patch", url: url(share), body: { enabled: true, password_required: true }, key: KEY };
  if (!made.url.includes("/ID/")) return made;
  const list = made.url.slice(0, made.url.indexOf("ID/"));
  made.id = share ? { method: "post", url: list, body: { raw_password: "open sesame" }, key: KEY } : { method: "get", url: list, key: KEY, isList: true };
  return made;
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
const indented = (text) => text.replaceAll("\n", "\n    ");
const python = (value) => JSON.stringify(value, null, 4).replace(/("(?:[^"\\]|\\.)*")|\b(true|false|null)\b/g, (_, text, word) => text ?? { true: "True", false: "False", null: "None" }[word]);

function curl(made) {
  const call = ({ method, url, body, key }, options = "") => [`curl${options}${method === "get" ? "" : ` -X ${method.toUpperCase()}`}${key ? ` -H 'Authorization: Bearer ${key}'` : ""}`,
    ...(body === undefined ? [] : ["-H 'Content-Type: application/json'", `-d ${quoted(JSON.stringify(body))}`]),
    url.includes("/ID/") ? `"${url.replace("/ID/", "/$ID/")}"` : quoted(url)].join(" \\\n  ");
  return [...(made.before ? [call(made.before)] : []), ...(made.id ? [`ID=$(${call(made.id, " -s")} | grep -oE '"id":"?[^",}]+' | head -n 1 | grep -oE '[^":]+$')`] : []), call(made)].join("\n");
}

function inPython(made) {
  const call = ({ method, url, body, key }) => {
    const address = url.includes("/ID/") ? `f"${url.replace("/ID/", "/{id}/")}"` : `"${url}"`;
    const parts = [address, ...(key ? ["headers=headers"] : []), ...(body === undefined ? [] : [`json=${indented(python(body))}`])];
    return `requests.${method}(${body === undefined ? parts.join(", ") : `\n    ${parts.join(",\n    ")},\n`})`;
  };
  return ["# pip install requests", "import requests", "", ...(made.key ? [`headers = {"Authorization": "Bearer ${made.key}"}`] : []), ...(made.before ? [call(made.before)] : []),
    ...(made.id ? [`id = ${call(made.id)}.json()${made.id.isList ? '["results"][0]' : ""}["id"]`] : []), `response = ${call(made)}`, "response.raise_for_status()", "print(response.text)"].join("\n");
}

function inJavaScript(made) {
  const hasBody = [made, made.before, made.id].some((one) => one?.body !== undefined);
  const headers = [...(made.key ? [`Authorization: "Bearer ${made.key}"`] : []), ...(hasBody ? ['"Content-Type": "application/json"'] : [])];
  const call = ({ method, url, body }) => {
    const options = [...(method === "get" ? [] : [`method: "${method.toUpperCase()}"`]), ...(headers.length ? ["headers"] : []), ...(body === undefined ? [] : [`body: JSON.stringify(${JSON.stringify(body, null, 2)})`])];
    const address = url.includes("/ID/") ? `\`${url.replace("/ID/", "/${id}/")}\`` : `"${url}"`;
    return `await fetch(${address}${options.length ? `, { ${options.join(", ")} }` : ""})`;
  };
  return [...(headers.length ? [`const headers = { ${headers.join(", ")} };`] : []), ...(made.before ? [`${call(made.before)};`] : []),
    ...(made.id ? [made.id.isList ? `const { results: [{ id }] } = await (${call(made.id)}).json();` : `const { id } = await (${call(made.id)}).json();`] : []),
    `const response = ${call(made)};`, "if (!response.ok) throw new Error(await response.text());", "console.log(await response.text());"].join("\n");
}

/** The examples of an operation: `{ lang, label, source }` each; none if it never succeeds, or is about something that the demo lacks. */
export function snippets(spec, origin, path, method, operation) {
  const succeeds = Object.keys(operation.responses ?? {}).some((status) => status.startsWith("2"));
  const isStream = Object.values(operation.responses ?? {}).some((response) => "text/event-stream" in (resolved(spec, response)?.content ?? {}));
  if (!succeeds || isStream || LACKING.includes(path)) return [];
  const made = plan(spec, origin, path, method, operation);
  // `lang` is none that the viewer knows: colours for each word would make four times as many elements of the page.
  return [["curl", curl], ["Python", inPython], ["JavaScript", inJavaScript]].map(([label, write]) => ({ lang: `plain-${label}`, label, source: write(made) }));
}
