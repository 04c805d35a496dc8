//! `hoglet share export`.

use std::fs;

use rusqlite::Connection;

use crate::process::Folder;

#[test]
fn the_page_of_each_share_is_one_file_that_names_no_other() {
    let folder = Folder::new();
    folder.serve(&["--demo", "--db", "a.db"]).stop();
    for (token, text) in [
        ("demo-overview", "Bestsellers"),
        ("demo-checkout-funnel", "From signup to first order"),
        ("demo-naming", "How we name events"),
        ("demo-report", "The plant shop in"),
    ] {
        let done = folder.run(&["share", "export", token, "-o", "page.html", "--db", "a.db"]);
        assert_eq!((done.code, &*done.stdout), (Some(0), ""), "{done:?}");
        let page = fs::read_to_string(folder.path("page.html")).unwrap();
        assert!(page.contains(text), "{token}");
        assert!(page.contains(
            "Content-Security-Policy\" content=\"default-src 'none'; script-src 'sha256-"
        ));
        let (markup, data) = page
            .split_once("<script id=\"posthog-exported-data\"")
            .unwrap();
        for outside in [
            "href=\"/",
            "src=\"/",
            "src=\"http",
            "url(\"icon",
            "@import",
            "modulepreload",
        ] {
            assert!(!markup.contains(outside), "{token}: {outside}");
        }
        assert!(!page.contains(token), "the link is not in the file");
        assert_eq!(
            data.matches("</").count(),
            3,
            "only the ends of the page: {token}"
        );
        assert_eq!(folder.ok(&["share", "export", token, "--db", "a.db"]), page);
        let link = format!("http://127.0.0.1:8010/shared/{token}");
        assert_eq!(folder.ok(&["share", "export", &link, "--db", "a.db"]), page);
    }
    let file = Connection::open(folder.path("a.db")).unwrap();
    let views = file.query_row("SELECT sum(views) FROM sharing_configuration", [], |row| {
        row.get::<_, i64>(0)
    });
    assert_eq!(views.unwrap(), 0, "no view is counted");
}

#[test]
fn a_share_with_a_password_opens_for_its_owner_and_one_that_is_off_does_not() {
    let folder = Folder::new();
    folder.serve(&["--demo", "--db", "a.db"]).stop();
    let page = folder.ok(&["share", "export", "demo-baskets", "--db", "a.db"]);
    assert!(page.contains("Why do half of our baskets never reach the checkout?"));
    assert!(!page.contains("argon2") && !page.contains("demo-baskets"));
    for token in ["demo-recording", "no-such-token", ""] {
        folder.fails(
            &["share", "export", token, "-o", "x.html", "--db", "a.db"],
            &["This share is not open."],
        );
    }
    let file = Connection::open(folder.path("a.db")).unwrap();
    file.execute(
        "UPDATE sharing_configuration SET ends_at = 1 WHERE access_token = 'demo-naming'",
        [],
    )
    .unwrap();
    file.execute(
        "UPDATE notebook SET deleted = 1 WHERE short_id = 'november'",
        [],
    )
    .unwrap();
    drop(file);
    folder.fails(
        &["share", "export", "demo-naming", "--db", "a.db"],
        &["This share is not open."],
    );
    folder.fails(
        &["share", "export", "demo-report", "--db", "a.db"],
        &["What is shared was deleted."],
    );
    folder.fails(
        &[
            "share",
            "export",
            "demo-overview",
            "-o",
            "no/x.html",
            "--db",
            "a.db",
        ],
        &["no/x.html cannot be written"],
    );
    assert!(!folder.path("x.html").exists());
}
