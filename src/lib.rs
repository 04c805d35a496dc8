//! Hoglet is a PostHog-compatible server in one binary with one SQLite file. It answers a part of PostHog's REST API
//! (sharing configurations, project secret API keys, property definitions and what these need), takes in events from
//! PostHog's SDKs, and serves public share pages, an admin page and its own documentation.
//!
//! Two words have a fixed meaning in this code:
//!
//! - **The reference** is the specification: the pages in `tests/reference/`, which describe how the real API behaves,
//!   down to texts and the order of checks. Comments cite it by page and section: `sharing.md` 6.4. A test checks that
//!   every cited section exists. When hoglet and the reference disagree, one of them is corrected in the same commit as
//!   the test that shows it.
//! - **The service** is PostHog itself as it is hosted, which in a few places answers differently from its published
//!   documentation. `--contract live` answers as the service does, `--contract documented` as its documentation says.
//!
//! Three tables explain the program: `schema.sql` (what is stored), `http::routes` (what can be requested) and
//! `cli::Command` (what can be run).
//!
//! # Layers
//!
//! ```text
//! cli  http      Parse input, call the domain, format output. Only http knows actix; only cli and config know clap.
//!   \  /
//!  domain        Use cases and rules: validation, permissions, activity log. Knows no HTTP and no SQL.
//!    |
//!  store         All SQL; the only code that knows rusqlite and r2d2. Owns transactions.
//!    |
//!  model         Plain data types, identifiers, parsing of scopes, timestamps and JSON. Depends on nothing of ours.
//! ```
//!
//! A layer uses only the layers below it, and no two modules import each other, directly or through others;
//! `tests/house_rules.rs` enforces both. A resource has the same name in every
//! layer: [`model`]`/sharing.rs`, [`store`]`/sharing.rs`, [`domain`]`/sharing`, [`http`]`/api/sharing.rs`,
//! `tests/api/sharing`. A `store::StoreError` becomes a `domain::Error`, which carries the exact code and text for the
//! client; `http::error` turns that into a status and the error envelope.
//!
//! # Life of a request
//!
//! 1. **Route.** The path is decoded and looked up in the route table, whose entry says everything about it: family, name,
//!    bodies, and for each method the access rule and the handler. `Allow`, OPTIONS, 405 against 403, the headers and the
//!    tests of authorisation are derived from it. The router is our own because the reference
//!    decodes before it matches, ignores a slash at the end without redirecting, and gives 404, 405 and 403 in its own
//!    order.
//! 2. **Receive.** On the actix worker, the `Host` header is checked (except for SDKs) and the body is received, within a
//!    size limit (413), a time limit (408) and the memory that all bodies share (503). A body over 64 KiB is received only
//!    after steps 3 and 4 have been tried without it, so a client without a key cannot make the server hold one.
//! 3. **Admit.** The rest runs on a thread that may wait, in a single hop: quick reads and short changes on a few of their own,
//!    all else on the blocking thread pool. Format and `Accept` are checked; then one use case, `domain::auth::admit_…`, looks
//!    up the credential, the project, the key's limits and scopes and the user's role in one read transaction, in the order of
//!    `http-conventions.md` 1.3; then the rate limit.
//! 4. **Parse.** The handler reads path, query string and body into typed input. The body is decoded once, when it is
//!    first asked for.
//! 5. **Decide.** The handler calls one use case: a public function of the domain that takes `&Store`, opens its own
//!    transactions, and returns everything that the answer mentions, users included (`WithUsers`). Its inner helpers take
//!    `&Read` or `&Write`: the signature says whether they change anything.
//! 6. **Present.** The handler turns the result into a view, a struct whose fields are in the order of the wire format,
//!    and the view into JSON, which is compressed for a client elsewhere that asks for it (`http::coding`). Headers that every
//!    response has are added last.
//!
//! Reads use one transaction each, so that a list and its count agree; quick reads of the API that wait together share one, each
//! for steps 3 and 5.
//!
//! # Write path
//!
//! SQLite allows one writer, so there is one: a thread that owns the writing connection ([`store`], `writer.rs`).
//! `Store::write` sends it a closure and blocks; a short change is queued, and its response is presented on the worker when it
//! is made (`http::later`). The thread takes all waiting changes, runs them in one transaction, each so that it can be undone
//! by itself, commits once, and only then answers; many callers share one flush to disk. **A response never leaves before its
//! change is committed**, and a change that fails undoes only itself. Slow work, such as hashing a password, happens before or
//! after `Store::write`, never inside.
//!
//! A caller waits for its turn no longer than `--queue-timeout`, and is then refused with 503; a change whose caller gave
//! up is never run. What is only noted in passing, such as the last use of a key, is merged and written beside other
//! changes: it never fails or delays a read.
//!
//! Ingestion rarely writes: most events contain nothing new. The names in each batch are compared with a cache of known
//! names, and only new definitions go to the writer (`domain::capture`).
//!
//! # Caches
//!
//! Everything in memory can be rebuilt from the file, and another process (`hoglet keys`) may change the file at any
//! time. So a cache entry is used only while something in the file says that it is still right:
//!
//! | cache | holds | valid while |
//! |---|---|---|
//! | `domain::capture::known` | hashes of event and property names in the database | `project.forgotten` is unchanged; triggers raise it when anything known is deleted |
//! | `domain::feature_flags::rules` | what the filters of flags say, by their text | always: a text says the same each time |
//! | `store::instant` | for each reader: keys, memberships and users that it read lately | `PRAGMA data_version` is unchanged: it is another number after each commit elsewhere |
//! | `store::definitions` | the names and flags of all property and event definitions, for lists and searches | no row of `definition_change` is newer; triggers write one for each change |
//!
//! Lab mode can restore an earlier database. Both counters then start above all that they have counted before
//! (`store::generations`), so that no cache is right by chance.
//!
//! Rate limits, counts of wrong passwords, the latest events (`--keep-events`) and counts of requested paths that hoglet lacks
//! live in memory only and start empty.
//!
//! # Glossary
//!
//! | term | meaning |
//! |---|---|
//! | personal API key, `phx_…` | acts as its user, within its scopes and limits |
//! | project secret API key, `phs_…` | acts for one project, on the few endpoints that accept it |
//! | project token, `phc_…` | public; says which project an event is for |
//! | definition | what is known about an event or a property name: type, description, tags, verified, hidden |
//! | pair | a property that was seen on an event; `seen_together` asks for these |
//! | sharing configuration, share | makes an insight, dashboard, notebook or recording public at `/shared/<access token>` |
//! | parent | the object that a share belongs to |
//! | seed file | JSON that fills a new database: `tests/reference/seed-file.md` |
//!
//! # Adding an endpoint
//!
//! 1. Read its section of the reference, or write it. Write a test in `tests/api` that starts the real binary, and
//!    watch it fail.
//! 2. Add what is stored to `schema.sql`, a type to [`model`], and each SQL statement, as a constant beside its
//!    function, to [`store`].
//! 3. Write the use case in [`domain`]: validation in the order of the reference, the change, its activity log entry.
//! 4. Write the handler and its view in [`http`]`::api`, about ten lines, and its method in an entry of `http::routes`. The
//!    test of authorisation covers every entry of the table by itself.
//! 5. Describe it in `static/openapi.json`; a test compares that document with the route table and with real responses.
//!
//! # Running one test
//!
//! ```sh
//! tests/run api sharing::passwords      # the tests of the API whose path contains this
//! tests/run quick                       # format, lints, unit, API and CLI tests
//! tests/run --help                      # the other parts
//! ```

// Contributors read these docs with their private items: `cargo doc --open --document-private-items`.
#![allow(rustdoc::private_intra_doc_links)]

mod assets;
pub mod cli;
mod config;
pub mod domain;
pub mod http;
pub mod model;
pub mod store;
