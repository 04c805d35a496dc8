// Which key opens what: a table of the scopes and the operations that need them, from the OpenAPI document, which the tests compare with
// the server's table of routes.

const place = document.getElementById("access");

const cell = (name, ...inner) => {
  const made = document.createElement(name);
  made.append(...inner);
  return made;
};

function link({ path, method, summary }) {
  const made = cell("a", summary);
  made.href = `/docs/api/#${method}-${path.replace(/[\s#:?&={}]/g, "-")}`;
  made.title = `${method.toUpperCase()} ${path}`;
  return cell("li", made);
}

/** What `scope` opens: with a personal key, and with a project secret key. No scope means any key; null, no key. */
function row(scope, operations) {
  const head = cell("th", ...(scope ? [cell("code", scope)] : [scope === null ? "no key" : "any scope"]));
  head.scope = "row";
  const isFor = (kind) => operations.every(({ kinds }) => kinds.includes(kind)) ? "yes" : operations.some(({ kinds }) => kinds.includes(kind)) ? "some" : "no";
  const some = operations.filter(({ kinds }) => kinds.includes("ProjectSecretAPIKeyAuth"));
  const project = scope === null ? "not needed" : some.length && some.length < operations.length ? `only: ${some.map(({ summary }) => summary).join(", ")}` : isFor("ProjectSecretAPIKeyAuth");
  return cell("tr", head, cell("td", cell("ul", ...operations.map(link))), cell("td", scope === null ? "not needed" : isFor("PersonalAPIKeyAuth")), cell("td", project));
}

async function show() {
  const { paths } = await (await fetch("/api/schema/?format=json")).json();
  const operations = Object.entries(paths).filter(([path]) => !path.startsWith("/api/environments/")).flatMap(([path, item]) =>
    Object.entries(item).filter(([, { operationId }]) => operationId).map(([method, { summary, security = [] }]) => ({
      path, method, summary, kinds: security.flatMap((one) => Object.keys(one)), scope: security.length ? Object.values(security[0])[0][0] ?? "" : null,
    })));
  const groups = [...Map.groupBy(operations, ({ scope }) => scope)].sort(([one], [other]) => (one ?? "~").localeCompare(other ?? "~"));
  const titles = ["Scope", "Opens", "Personal key", "Project secret key"].map((title) => cell("th", title));
  for (const title of titles) title.scope = "col";
  place.replaceChildren(cell("table", cell("thead", cell("tr", ...titles)), cell("tbody", ...groups.map(([scope, some]) => row(scope, some)))));
}

show();
