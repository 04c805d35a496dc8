// Requests of the page as commands for curl, with a placeholder for the key.

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** Paths below these are open to the session of this page only, not to keys. */
const SESSION_ONLY = ["/api/personal_api_keys/", "/api/not_served/", "/api/key_uses/"];

export const isForKeys = ({ path }) => !SESSION_ONLY.some((start) => path.startsWith(start));

/** The command that sends `request`. `headers` are more lines of its head; a text as the body is sent as it is. */
export function curl({ method, path, body, headers = [] }) {
  const isData = body !== undefined && typeof body !== "string";
  const lines = [`curl ${method === "GET" ? "" : `-X ${method} `}${quoted(location.origin + path)}`];
  if (path.startsWith("/api/")) lines.push("-H 'Authorization: Bearer YOUR_API_KEY'");
  if (isData) lines.push("-H 'Content-Type: application/json'");
  lines.push(...headers.map((line) => `-H ${quoted(line)}`));
  if (body !== undefined) lines.push(`--data-raw ${quoted(isData ? JSON.stringify(body) : body)}`);
  return lines.join(" \\\n  ");
}

/** All of `requests`, one after the other. `isCut` says that others follow which depend on their responses. */
export const commands = (requests, isCut) => requests.map(curl).join("\n\n")
  + (JSON.stringify(requests).includes("RESPONSE") ? "\n\n# RESPONSE stands for what the response before it has there." : "")
  + (isCut ? "\n\n# What follows depends on these responses." : "");
