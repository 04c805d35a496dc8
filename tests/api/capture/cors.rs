use super::*;

const VARY: &str = "origin, access-control-request-method, access-control-request-headers";

const CALLED_BY_BROWSERS: [&str; 11] = [
    "/i/v0/e/",
    "/e/",
    "/capture/",
    "/track/",
    "/engage/",
    "/batch/",
    "/s/",
    "/flags/",
    "/decide/",
    "/array/phc_main/config.js",
    "/i/v1/analytics/events",
];

#[test]
fn any_page_may_send_events() {
    let server = server();
    for path in CALLED_BY_BROWSERS {
        for method in ["GET", "POST", "PUT"] {
            let ask = || server.ask(method, path);
            let answer = ask().header("origin", "https://shop.example").send();
            let cors = [
                "access-control-allow-origin",
                "access-control-allow-credentials",
                "vary",
            ]
            .map(|name| answer.header(name).to_owned());
            assert_eq!(
                cors,
                ["https://shop.example", "true", VARY],
                "{method} {path}"
            );
            let answer = ask().send();
            assert!(
                !answer.headers.contains_key("access-control-allow-origin"),
                "{method} {path}"
            );
            assert_eq!(answer.header("access-control-allow-credentials"), "true");
            assert_eq!(answer.header("vary"), VARY);
        }
    }
}

#[test]
fn browsers_that_ask_first_are_let_through() {
    let server = server();
    for path in CALLED_BY_BROWSERS {
        let asking = server.ask("OPTIONS", path).header("origin", "null");
        let asking = asking.header("access-control-request-method", "POST");
        let answer = asking
            .header("access-control-request-headers", "content-type, x-more")
            .send();
        assert_eq!((answer.status, &*answer.text), (200, ""), "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "null");
        assert_eq!(
            answer.header("access-control-allow-methods"),
            "GET,POST,OPTIONS"
        );
        assert_eq!(
            answer.header("access-control-allow-headers"),
            "content-type, x-more"
        );
        assert_eq!(answer.header("vary"), VARY);
        let bare = server.ask("OPTIONS", path).send();
        assert_eq!((bare.status, &*bare.text), (200, ""), "{path}");
        assert_eq!(
            bare.header("access-control-allow-methods"),
            "GET,POST,OPTIONS"
        );
        assert!(!bare.headers.contains_key("access-control-allow-headers"));
    }
}

#[test]
fn other_methods_are_refused_with_those_that_are_not() {
    let server = server();
    for path in CALLED_BY_BROWSERS {
        for method in ["PUT", "PATCH", "DELETE"] {
            let answer = server.ask(method, path).send();
            assert_eq!((answer.status, &*answer.text), (405, ""), "{method} {path}");
            assert_eq!(
                answer.header("allow"),
                "POST,GET,HEAD,OPTIONS",
                "{method} {path}"
            );
        }
    }
    assert_eq!(server.ask("HEAD", "/e/").send().status, 400);
}
