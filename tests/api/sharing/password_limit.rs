//! How many passwords a share may have.

use rusqlite::Connection;
use serde_json::{Value, json};

use super::passwords::{PASSWORDS, protected};

#[test]
fn a_share_has_at_most_fifty_active_passwords() {
    let server = protected();
    let id = server.post(PASSWORDS, json!({"note": "first"})).ok(200)["id"].clone();
    let database = Connection::open(server.database()).unwrap();
    let sql = "INSERT INTO share_password (configuration, password_hash, created_at)
               WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 49)
               SELECT configuration, 'x', created_at FROM share_password, n WHERE id = 1";
    assert_eq!(database.execute(sql, []).unwrap(), 49);
    let detail = "You can only have 50 passwords for a share. Remove an existing password before creating a new one.";
    let one_more = |body: Value| server.post(PASSWORDS, body);
    one_more(json!({})).invalid("invalid_input", detail, None);
    let short = "Password must be at least 8 characters long.";
    one_more(json!({"raw_password": "short"})).invalid("invalid_input", short, "raw_password");
    server.delete(&format!("{PASSWORDS}/{id}"));
    assert_eq!(
        one_more(json!({})).status,
        200,
        "a deleted one does not count"
    );
    one_more(json!({})).invalid("invalid_input", detail, None);
}
