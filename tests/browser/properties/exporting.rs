//! The list as a file.

use std::{
    fs,
    path::Path,
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{API, at, stored, url};
use crate::entrance::server;

/// The text of the file `name` in `folder`, once it is there.
pub fn file(folder: &Path, name: &str) -> String {
    let patience = Instant::now();
    loop {
        if let Ok(text) = fs::read_to_string(folder.join(name)) {
            return text;
        }
        assert!(patience.elapsed() < Duration::from_secs(20), "no {name}");
        sleep(Duration::from_millis(50));
    }
}

#[test]
fn what_the_filters_find_is_exported_as_csv_that_no_spreadsheet_runs() {
    let server = server(3);
    let descriptions = [
        "=HYPERLINK(\"http://x\")",
        "two\nlines, \"quoted\" ünd mehr",
        " +1",
    ];
    for (index, text) in descriptions.iter().enumerate() {
        let change = json!({"description": text, "tags": ["@b", "a"]});
        server
            .patch(&url(&server, &format!("checkout step 0{index}")), change)
            .ok(200);
    }
    let browser = at(&server, "?search=checkout&ordering=name");
    let folder = TempDir::new().unwrap();
    let where_to = json!({"behavior": "allow", "downloadPath": folder.path()});
    browser.command("Browser.setDownloadBehavior", where_to);
    browser.see("switch", "Verified: checkout step 00");
    browser.press("button", "Export CSV");
    browser.read("3 definitions exported.");
    let instant = |name: &str| {
        stored(&server, name)["updated_at"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let expected = [
        "\u{FEFF}name,property_type,description,tags,verified,hidden,updated_at".to_owned(),
        format!(
            "checkout step 00,String,\"'=HYPERLINK(\"\"http://x\"\")\",\"'@b, a\",false,false,{}",
            instant("checkout step 00")
        ),
        format!(
            "checkout step 01,String,\"two\nlines, \"\"quoted\"\" ünd mehr\",\"'@b, a\",false,false,{}",
            instant("checkout step 01")
        ),
        format!(
            "checkout step 02,String,\"'+1\",\"'@b, a\",false,false,{}",
            instant("checkout step 02")
        ),
        String::new(),
    ];
    assert_eq!(
        file(folder.path(), "property-definitions.csv"),
        expected.join("\r\n")
    );
    browser.assert_quiet();
}

#[test]
fn a_long_list_is_exported_whole_as_json() {
    let server = server(5200);
    let browser = at(&server, "");
    let folder = TempDir::new().unwrap();
    let where_to = json!({"behavior": "allow", "downloadPath": folder.path()});
    browser.command("Browser.setDownloadBehavior", where_to);
    browser.read("1 to 50 of 5,207");
    browser.press("button", "Export JSON");
    browser.read("5,207 definitions exported.");
    let exported: Value =
        serde_json::from_str(&file(folder.path(), "property-definitions.json")).unwrap();
    let listed = server.get(&format!("{API}?limit=10000")).ok(200);
    assert!(
        exported == listed["results"],
        "all of them, as the API tells them"
    );
    browser.assert_quiet();
}
