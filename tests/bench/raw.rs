//! The limits of durable changes: the statements of a request on a database that hoglet made, without a server, and behind one that
//! does nothing else.

use std::{
    iter,
    path::Path,
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant},
};

use actix_web::{HttpResponse, web};
use rusqlite::{Connection, named_params, params};
use tokio::sync::oneshot;

use super::{
    bare::{argument, listen},
    server::DEFINITION,
};

/// What a request that changes something reads before: who asks, and what the caller may do.
const ADMISSION: [&str; 2] = [
    "SELECT number, id, user_id, label, mask, scopes, scoped_teams, scoped_organizations, created_at, last_used_at,
            last_rolled_at FROM personal_api_key
      WHERE secret_hash <> x'00' AND EXISTS (SELECT 1 FROM user WHERE id = user_id AND is_active = 1)",
    "SELECT project.id, organization.id, features, level
       FROM project JOIN organization ON organization.id = project.organization_id
       LEFT JOIN membership ON membership.organization_id = organization.id AND user_id = 1 WHERE project.id = 1",
];

const DEFINITION_ROW: &str = "
    SELECT id, type, group_type_index, name, property_type, tags, description, verified, verified_at, verified_by, hidden,
           updated_at, updated_by FROM property_definition WHERE project_id = 1 AND id = ?1";
const UPDATE: &str = "
    UPDATE property_definition SET tags = '[\"bench\"]', description = :text, verified = 0, verified_at = NULL,
           verified_by = NULL, hidden = 0, updated_at = :now, updated_by = 1
     WHERE project_id = 1 AND id = :id";
const ACTIVITY: &str = "
    INSERT INTO activity (id, project_id, user_id, is_system, scope, item_id, activity, detail, created_at)
    VALUES (:id, 1, 1, 0, :scope, :item, :activity, :detail, :now)";
const USER: &str = "
    SELECT user.id, user.uuid, distinct_id, email, first_name, last_name, role_at_organization,
           password_hash IS NOT NULL AS has_password, is_active, current_project_id, date_joined, is_email_verified
      FROM user WHERE id = 1";
const COUNT_KEYS: &str = "SELECT count(*) FROM project_secret_api_key WHERE project_id = 1";
const INSERT_KEY: &str = "
    INSERT INTO project_secret_api_key (id, project_id, label, secret_hash, mask, scopes, created_by, created_at)
    VALUES (?1, 1, ?1, ?2, 'phs_...cYcx', '[\"feature_flag:read\"]', 1, ?3)";
const DELETE_KEY: &str = "DELETE FROM project_secret_api_key WHERE project_id = 1 AND id = ?1";

/// What a change of a definition writes to the log of activities.
const DETAIL: &str = r#"{"name":"property_000","type":"event","changes":[{"type":"PropertyDefinition","after":"changed by the benchmark","field":"description","action":"changed","before":"changed before"}],"context":null,"trigger":null,"short_id":null}"#;

/// Serves, if this program was called for that, with `--raw FILE`: changes a definition in that database for each request,
/// whatever it is. Returns whether it was.
pub fn is_asked_for() -> bool {
    let Some(path) = argument("--raw") else {
        return false;
    };
    let mut raw = Raw::open(path.as_ref());
    let (queue, waiting) = mpsc::channel();
    thread::spawn(move || raw.serve(&waiting));
    listen(move |_: web::Bytes| {
        let (sender, done) = oneshot::channel();
        queue.send(sender).expect("the thread runs");
        async move {
            done.await.expect("the thread runs");
            let mut response = HttpResponse::Ok();
            response.content_type("application/json").body("{}")
        }
    });
    true
}

/// A database, opened as hoglet opens it.
pub struct Raw {
    reader: Connection,
    writer: Connection,
    /// Numbers the changes.
    count: u32,
}

impl Raw {
    /// Opens the file at `path`, which no server has open.
    pub fn open(path: &Path) -> Raw {
        let open = || {
            let connection = Connection::open(path).expect("a database of hoglet");
            let settings =
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;";
            connection.execute_batch(settings).expect("settings");
            connection.set_prepared_statement_cache_capacity(100);
            connection
        };
        Raw {
            reader: open(),
            writer: open(),
            count: 0,
        }
    }

    /// Changes of a definition a second, `batch` of them in each transaction.
    pub fn patches(&mut self, time: Duration, batch: u32) -> f64 {
        self.rate(time, batch, Raw::patch)
    }

    fn patch(&self, now: i64) {
        read(&self.writer, DEFINITION_ROW, &[&DEFINITION]);
        let text = format!("changed {now}");
        let change = named_params! { ":text": text, ":now": now, ":id": DEFINITION };
        run(&self.writer, UPDATE, change);
        self.note(now, "PropertyDefinition", DEFINITION, "changed");
    }

    /// Makes a change for each caller in `queue`, those that wait in one transaction, and answers once they are on disk.
    fn serve(&mut self, queue: &Receiver<oneshot::Sender<()>>) {
        while let Ok(first) = queue.recv() {
            let waiting: Vec<_> = iter::once(first).chain(queue.try_iter()).collect();
            run(&self.writer, "BEGIN IMMEDIATE", []);
            for _ in &waiting {
                self.change(Raw::patch);
            }
            run(&self.writer, "COMMIT", []);
            for caller in waiting {
                caller.send(()).expect("the caller waits");
            }
        }
    }

    fn change(&mut self, change: impl Fn(&Raw, i64)) {
        self.count += 2;
        self.admit();
        run(&self.writer, "SAVEPOINT change", []);
        change(self, i64::from(self.count));
        run(&self.writer, "RELEASE change", []);
    }

    /// Keys created and deleted again a second, each change in a transaction of its own.
    pub fn keys(&mut self, time: Duration) -> f64 {
        self.rate(time, 1, |raw, now| {
            let (id, hash) = (now.to_string(), now.to_le_bytes().repeat(4));
            read(&raw.writer, COUNT_KEYS, &[]);
            run(&raw.writer, INSERT_KEY, params![id, hash, now]);
            raw.note(now, "ProjectSecretAPIKey", &id, "created");
            run(&raw.writer, "RELEASE change", []);
            run(&raw.writer, "COMMIT", []);
            raw.admit();
            run(&raw.writer, "BEGIN IMMEDIATE", []);
            run(&raw.writer, "SAVEPOINT change", []);
            run(&raw.writer, DELETE_KEY, [&id]);
            raw.note(now + 1, "ProjectSecretAPIKey", &id, "deleted");
        })
    }

    fn rate(&mut self, time: Duration, batch: u32, change: impl Fn(&Raw, i64)) -> f64 {
        let (started, mut done) = (Instant::now(), 0);
        while started.elapsed() < time {
            run(&self.writer, "BEGIN IMMEDIATE", []);
            for _ in 0..batch {
                self.change(&change);
            }
            run(&self.writer, "COMMIT", []);
            done += batch;
        }
        f64::from(done) / started.elapsed().as_secs_f64()
    }

    fn admit(&self) {
        run(&self.reader, "BEGIN", []);
        for sql in ADMISSION {
            read(&self.reader, sql, &[]);
        }
        run(&self.reader, "COMMIT", []);
    }

    fn note(&self, now: i64, scope: &str, item: &str, activity: &str) {
        let row = named_params! {
            ":id": format!("bench-{now}"), ":scope": scope, ":item": item, ":activity": activity, ":detail": DETAIL, ":now": now,
        };
        run(&self.writer, ACTIVITY, row);
        read(&self.writer, USER, &[]);
    }
}

fn run(connection: &Connection, sql: &str, params: impl rusqlite::Params) {
    let mut statement = connection.prepare_cached(sql).expect("a statement");
    statement.execute(params).expect("a change");
}

/// Reads every column of every row.
fn read(connection: &Connection, sql: &str, params: &[&dyn rusqlite::ToSql]) {
    let mut statement = connection.prepare_cached(sql).expect("a statement");
    let columns = statement.column_count();
    let mut rows = statement.query(params).expect("rows");
    while let Some(row) = rows.next().expect("a row") {
        for column in 0..columns {
            std::hint::black_box(row.get_ref(column).expect("a column"));
        }
    }
}
