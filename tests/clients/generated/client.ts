// Calls the 18 operations of the published API page with types that openapi-typescript made and openapi-fetch uses. Arguments: the
// server, a personal key. What it could not call or did not expect is an error, of the compiler or of the run.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

const [baseUrl, key] = process.argv.slice(2);
const api = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${key}` }, querySerializer: { array: { style: "form", explode: true } } });
const project = { project_id: "1" };
let calls = 0;

/** The data of an answer with `status`. */
async function ok<T>(status: number, call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  assert.equal(response.status, status, `${response.url}: ${JSON.stringify(error)}`);
  calls += 1;
  return data as T;
}

// Sharing
const insight = "/api/projects/{project_id}/insights/{insight_id}/sharing/refresh/";
const fresh: components["schemas"]["SharingConfiguration"] = await ok(200, api.POST(insight, { params: { path: { ...project, insight_id: 1 } } }));
assert.equal(typeof fresh.access_token, "string");
const notebook = { params: { path: { ...project, notebook_id: "NoteMain1" } } };
const sharing = await ok(200, api.GET("/api/projects/{project_id}/notebooks/{notebook_id}/sharing/", notebook));
assert.equal(sharing.enabled, false);
const enabled = { enabled: true, password_required: true };
await ok(200, api.PATCH("/api/projects/{project_id}/notebooks/{notebook_id}/sharing/", { ...notebook, body: enabled }));
const made = await ok(200, api.POST("/api/projects/{project_id}/notebooks/{notebook_id}/sharing/passwords/", { ...notebook, body: { raw_password: "open sesame", note: "Board" } }));
assert.ok("share_passwords" in made);
const [password] = made.share_passwords;
await ok(204, api.DELETE("/api/projects/{project_id}/notebooks/{notebook_id}/sharing/passwords/{password_id}/", { params: { path: { ...notebook.params.path, password_id: String(password.id) } } }));
const renewed = await ok(200, api.POST("/api/projects/{project_id}/notebooks/{notebook_id}/sharing/refresh/", notebook));
assert.deepEqual(renewed.share_passwords, []);
const recording = await ok(200, api.GET("/api/projects/{project_id}/session_recordings/{recording_id}/sharing/", { params: { path: { ...project, recording_id: "rec-main" } } }));
assert.equal(recording.password_required, false);

// Keys
const keys = "/api/projects/{project_id}/project_secret_api_keys/";
const created = await ok(201, api.POST(keys, { params: { path: project }, body: { label: "Generated", scopes: ["feature_flag:read"] } }));
assert.match(created.value ?? "", /^phs_/);
const one = { params: { path: { ...project, id: created.id } } };
const list = await ok(200, api.GET(keys, { params: { path: project, query: { limit: 100 } } }));
assert.ok(list.results.some(({ id }) => id === created.id) && list.count === list.results.length);
assert.equal((await ok(200, api.GET("/api/projects/{project_id}/project_secret_api_keys/{id}/", one))).value, null);
const relabelled = await ok(200, api.PATCH("/api/projects/{project_id}/project_secret_api_keys/{id}/", { ...one, body: { label: "Renamed" } }));
assert.deepEqual([relabelled.label, relabelled.created_by?.first_name], ["Renamed", "Ada"]);
assert.notEqual((await ok(200, api.POST("/api/projects/{project_id}/project_secret_api_keys/{id}/roll/", one))).value, created.value);
await ok(204, api.DELETE("/api/projects/{project_id}/project_secret_api_keys/{id}/", one));

// Property definitions
const all = await ok(200, api.GET("/api/projects/{project_id}/property_definitions/", { params: { path: project, query: { search: "plan", type: "event", exclude_hidden: true } } }));
const plan = all.results.find(({ name }) => name === "plan");
assert.equal(plan?.property_type, "String");
const definition = { params: { path: { ...project, id: plan.id } } };
const path = "/api/projects/{project_id}/property_definitions/{id}/";
assert.equal((await ok(200, api.GET(path, definition))).name, "plan");
const changed = await ok(200, api.PATCH(path, { ...definition, body: { verified: true, tags: ["billing"], property_type: "Numeric" } }));
assert.deepEqual([changed.verified, changed.tags, changed.is_numerical], [true, ["billing"], true]);
const tagged = await ok(200, api.POST("/api/projects/{project_id}/property_definitions/bulk_update_tags/", { params: { path: project }, body: { ids: [plan.id], action: "add", tags: ["core"] } }));
assert.deepEqual(tagged.updated[0].tags, ["billing", "core"]);
const seen = await ok(200, api.GET("/api/projects/{project_id}/property_definitions/seen_together/", { params: { path: project, query: { event_names: ["a", "b"], property_name: "plan" } } }));
assert.deepEqual(seen, { a: false, b: false });
await ok(204, api.DELETE(path, definition));

// An error is typed too.
const { error, response } = await api.GET(path, definition);
assert.deepEqual([response.status, error?.type], [404, "invalid_request"]);
assert.equal(calls, 19); // the 18, and the PATCH that lets a share have passwords
