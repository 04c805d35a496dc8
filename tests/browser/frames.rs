//! A protected share in a frame on a page of another site: the embed code that the admin page gives.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    thread,
};

use serde_json::json;

use crate::{driver::Browser, harness::Server};

/// A site of its own at `127.0.0.1`, every page of which is `html`; returns its address.
fn site(html: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for socket in listener.incoming() {
            let mut socket = socket.unwrap();
            let lines = BufReader::new(socket.try_clone().unwrap()).lines();
            lines.map_while(Result::ok).find(|line| line.is_empty());
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length:";
            let _ = write!(socket, "{head} {}\r\n\r\n{html}", html.len());
        }
    });
    address
}

#[test]
fn a_protected_share_is_unlocked_on_another_site() {
    let seed = serde_json::from_str(include_str!("../../static/demo.json")).unwrap();
    let server = Server::seeded(&seed, &[]);
    // For cookies, `localhost` and `127.0.0.1` are two sites.
    let address = server.url.replace("127.0.0.1", "localhost");
    let html = format!(
        "<!doctype html><title>Their site</title><link rel=icon href=data:,><script>window.told = [];
         addEventListener('message', ({{ data, origin }}) => window.told.push({{ ...data, origin }}));</script>
         <p style=\"height:3000px\"></p>
         <iframe name=theirs width=\"100%\" height=\"400\" frameborder=\"0\" allowfullscreen src=\"{address}/embedded/demo-baskets\"
         sandbox=\"allow-scripts allow-same-origin allow-popups\"></iframe>"
    );
    let browser = Browser::start();
    browser.open(&site(html));
    browser.enter_frame();
    browser.see("textbox", "Password");
    browser.leave_frame();
    let place = browser.run(
        "return [document.activeElement.tagName, scrollY]",
        json!([]),
    );
    assert_eq!(place, json!(["BODY", 0]), "the frame took the focus");
    browser.enter_frame();
    browser.fill("textbox", "Password", "wrong");
    browser.press("button", "Unlock");
    browser.read("Incorrect password");
    browser.fill("textbox", "Password", "monstera");
    browser.press("button", "Unlock");
    browser.see("heading", "Why do half of our baskets");
    browser.assert_quiet(); // the page in the frame; the one around it asks another server for that
    browser.leave_frame();
    let told = browser.run("return window.told", json!([]));
    let told = told.as_array().unwrap();
    let (first, last) = (&told[0], told.last().unwrap());
    for size in [first, last] {
        assert_eq!(size["event"], "posthog:dimensions");
        assert_eq!(size["name"], "theirs");
        assert_eq!(size["origin"], address);
        assert!(size["width"].as_i64().unwrap() > 0);
    }
    assert!(last["height"].as_i64().unwrap() > first["height"].as_i64().unwrap());
    assert!(browser.log().is_empty());
}

#[test]
fn the_form_fits_into_a_low_frame() {
    let seed = serde_json::from_str(include_str!("../../static/demo.json")).unwrap();
    let server = Server::seeded(&seed, &[]);
    let browser = Browser::start();
    let metrics = json!({"width": 400, "height": 300, "deviceScaleFactor": 1, "mobile": false});
    browser.command("Emulation.setDeviceMetricsOverride", metrics);
    browser.open(&format!("{}/embedded/demo-baskets", server.url));
    browser.see("button", "Unlock");
    let bottom = "return document.querySelector('.gate button').getBoundingClientRect().bottom";
    let bottom = browser.run(bottom, json!([])).as_f64().unwrap();
    assert!(bottom < 300.0, "{bottom}");
}
