use super::*;

/// Sends one event per encoding and checks that it was stored.
struct Sender<'s> {
    server: &'s Server,
    count: usize,
}

impl Sender<'_> {
    /// `write` receives the path and the event's JSON, and sends the request.
    #[track_caller]
    fn arrives(&mut self, write: impl FnOnce(&Server, &str) -> Answer) {
        self.count += 1;
        let name = format!("way{}", self.count);
        let json = json!({"api_key": "phc_main", "event": name, "distinct_id": "d", "properties": {"a": "ü+/ "}});
        let answer = write(self.server, &json.to_string());
        assert_eq!((answer.status, &*answer.text), (200, OK));
        assert!(seen(self.server, &name, "a"));
    }
}

/// `text` encoded for a URL or a form.
fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[test]
fn every_path_takes_every_encoding_by_post() {
    let server = server();
    let mut sender = Sender {
        server: &server,
        count: 0,
    };
    const FORM: &str = "application/x-www-form-urlencoded";
    for path in PATHS
        .iter()
        .flat_map(|path| [path.to_string(), format!("{path}/")])
    {
        let post = |query: &str| server.ask("POST", &format!("{path}{query}"));
        for kind in [
            "application/json",
            "text/plain",
            "",
            "text/plain;charset=UTF-8",
        ] {
            sender.arrives(|_, json| post("").body(kind, json).send());
        }
        sender.arrives(|_, json| post("").body("text/plain", gzip(json)).send());
        sender.arrives(|_, json| {
            post("?compression=gzip-js")
                .body("text/plain", gzip(json))
                .send()
        });
        sender.arrives(|_, json| post("?compression=GZIP").body("", gzip(json)).send());
        sender.arrives(|_, json| {
            post("?compression=base64")
                .body("text/plain", gzip(json))
                .send()
        });
        let header = |json: &str| {
            post("")
                .header("content-encoding", "gzip")
                .body("application/json", gzip(json))
        };
        sender.arrives(|_, json| header(json).send());
        sender.arrives(|_, json| post("").body("text/plain", base64(json)).send());
        sender.arrives(|_, json| post("").body("text/plain", base64(gzip(json))).send());
        let form = |json: &str, more: &str| {
            post("?ip=1&ver=1.96.1").body(FORM, format!("data={}{more}", encoded(json)))
        };
        sender.arrives(|_, json| form(json, "").send());
        sender.arrives(|_, json| form(&base64(json), "").send());
        sender.arrives(|_, json| form(&base64(json), "&compression=base64").send());
        // An unencoded plus in the base64 is decoded as a space by the form parser.
        sender.arrives(|_, json| {
            post("")
                .body(FORM, format!("ip=1&data={}", base64(json)))
                .send()
        });
        let charset = "application/x-www-form-urlencoded; charset=UTF-8";
        sender.arrives(|_, json| {
            post("")
                .body(charset, format!("data={}", encoded(json)))
                .send()
        });
    }
}

/// What `packed with br` is to Brotli: `{"api_key": "phc_main", "event": "packed with br", "distinct_id": "d", "properties":
/// {"a": "ü+/ "}}`.
const BROTLI: &str = "G2MAiCwOzPOazpTEmgOh8/dMYYQkswR5S9WuCmL8PbMxTTPB22RwfcOKRSdA3OBMA+EAAywKRxt4wUvQgA04k0p8/f/SHWc+uUaoAWAdULG8l36xGzQ2WqiHX4ZrUwE=";

#[test]
fn every_path_takes_every_content_encoding() {
    let server = server();
    for path in PATHS {
        let post = |encoding: &str, kind: &str, body: &[u8]| {
            let ask = server
                .ask("POST", &format!("{path}/"))
                .header("content-encoding", encoding);
            let answer = ask.body(kind, body).send();
            assert_eq!(
                (answer.status, &*answer.text),
                (200, OK),
                "{path} {encoding} {kind}"
            );
        };
        let name = |encoding: &str| format!("{encoding} at {path}");
        let json = |encoding: &str| {
            json!({"api_key": "phc_main", "event": name(encoding), "distinct_id": "d", "properties": {"a": 1}}).to_string()
        };
        for kind in ["application/json", "text/plain", ""] {
            post("gzip", kind, &gzip(&json("gzip")));
            post("deflate", kind, &zlib(&json("deflate")));
            post("Deflate", kind, &deflate(&json("raw deflate")));
            post("zstd", kind, &zstd(&json("zstd")));
            post("br", kind, &STANDARD.decode(BROTLI).unwrap());
        }
        for encoding in ["gzip", "deflate", "raw deflate", "zstd"] {
            assert!(seen(&server, &name(encoding), "a"), "{encoding} at {path}");
        }
        let list = server
            .get("/api/projects/1/events/?event=packed+with+br")
            .ok(200);
        assert_eq!(list["results"][0]["properties"]["a"], "ü+/ ");
        // A form, and base64, may be packed as a whole.
        let form = format!("data={}", encoded(&base64(json("form"))));
        post("zstd", "application/x-www-form-urlencoded", &zstd(&form));
        post(
            "deflate",
            "text/plain",
            &zlib(&base64(gzip(&json("twice")))),
        );
        assert!(seen(&server, &name("form"), "a") && seen(&server, &name("twice"), "a"));
    }
}

#[test]
fn a_body_that_is_not_what_its_encoding_says_returns_400() {
    let server = server();
    let event = r#"{"api_key": "phc_main", "event": "x", "distinct_id": "d"}"#;
    let post = |encoding: &str, body: &[u8]| {
        let ask = server
            .ask("POST", "/e/")
            .header("content-encoding", encoding);
        let answer = ask.body("application/json", body).send();
        (answer.status, answer.text)
    };
    let (brotli, packed) = (STANDARD.decode(BROTLI).unwrap(), zstd(event));
    let flipped = |at: usize| {
        let mut packed = packed.clone();
        packed[at] ^= 0xff;
        packed
    };
    for (encoding, body) in [
        ("deflate", event.as_bytes()),
        ("deflate", &zlib(event)[..20]),
        ("deflate", &deflate(event)[..20]),
        ("br", event.as_bytes()),
        ("br", &brotli[..50]),
        ("zstd", event.as_bytes()),
        ("zstd", &packed[..packed.len() - 9]),
        ("zstd", &flipped(packed.len() - 1)), // the checksum
        ("zstd", &flipped(0)),
        ("zstd", b"\x28\xb5\x2f\xfd"),
        ("zstd", b"\x28\xb5\x2f\xfd\x00\xf8"), // a window of two terabytes
        // A block that repeats a letter 1,048,575 times.
        (
            "zstd",
            b"\x28\xb5\x2f\xfd\x00\x00\x2d\x00\x00\xfd\xff\xffa\x00",
        ),
    ] {
        let reason = format!("failed to decode request: invalid {encoding} data");
        assert_eq!(post(encoding, body), (400, reason), "{body:?}");
    }
    for (encoding, body) in [
        ("deflate", zlib("")),
        ("deflate", deflate("")),
        ("br", vec![0x06]),
        ("zstd", zstd("")),
    ] {
        let missing = "request missing data payload".to_owned();
        assert_eq!(post(encoding, &body), (400, missing), "{body:?}");
    }
    // What is declared to be nothing, or nothing known, is taken as it is.
    for encoding in ["identity", "", "unheard-of", "compress"] {
        assert_eq!(post(encoding, event.as_bytes()).0, 200, "{encoding}");
    }
    // Frames that are to be skipped, and several in a row.
    let skipped = [
        &b"\x50\x2a\x4d\x18\x03\x00\x00\x00abc"[..],
        &zstd(&event[..20]),
        &zstd(&event[20..]),
    ];
    assert_eq!(post("zstd", &skipped.concat()).0, 200);
    assert_eq!(post("zstd", b"\x50\x2a\x4d\x18\xff\xff\xff\xffabc").0, 400);
}

#[test]
fn every_path_takes_events_by_get() {
    let server = server();
    let mut sender = Sender {
        server: &server,
        count: 0,
    };
    for path in PATHS {
        let get = |query: String| server.ask("GET", &format!("{path}/?{query}")).send();
        sender.arrives(|_, json| get(format!("data={}", encoded(json))));
        sender.arrives(|_, json| {
            get(format!(
                "compression=base64&data={}",
                encoded(&base64(json))
            ))
        });
        sender.arrives(|_, json| get(format!("data={}", base64(json))));
    }
    let post = |json: &str| {
        server
            .ask("POST", &format!("/e/?data={}", encoded(json)))
            .json(json!("ignored"))
            .send()
    };
    sender.arrives(|_, json| post(json));
}

#[test]
fn an_undecodable_body_returns_400_with_the_reason() {
    let server = server();
    let ask = |kind: &str, query: &str, body: &[u8]| {
        let answer = server
            .ask("POST", &format!("/e/{query}"))
            .body(kind, body)
            .send();
        (answer.status, answer.text)
    };
    let reason = |reason: &str| (400, format!("failed to decode request: {reason}"));
    const FORM: &str = "application/x-www-form-urlencoded";
    let form = "expected form data in POST request payload";
    assert_eq!(ask(FORM, "", b"{\"event\": \"x\"}"), reason(form));
    assert_eq!(ask(FORM, "", b"other=1"), reason(form));
    assert_eq!(
        ask(FORM, "", b"data=\xff"),
        reason("invalid urlencoded form data")
    );
    assert_eq!(
        ask(FORM, "", b"ip=1"),
        (400, "request missing data payload".into())
    );
    assert_eq!(
        ask("text/plain", "", b"\x1f\x8b\x08broken"),
        reason("invalid GZIP data")
    );
    assert_eq!(
        ask("text/plain", "?compression=gzip", b"{}"),
        reason("invalid GZIP data")
    );
    let cut = gzip(r#"{"event": "x"}"#);
    assert_eq!(
        ask("text/plain", "", &cut[..cut.len() - 9]),
        reason("invalid GZIP data")
    );
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(b"\xff\xfe").unwrap();
    assert_eq!(
        ask("text/plain", "", &encoder.finish().unwrap()),
        reason("invalid gzip data")
    );
    assert_eq!(
        ask("text/plain", "", b"{\xff}"),
        reason("invalid UTF8 in request payload")
    );
    let lz = reason("decompress_lz64: failed decompress to UTF16");
    assert_eq!(ask("text/plain", "?compression=lz64", b"N4Ig"), lz);
    // An unknown `compression` value is ignored.
    assert_eq!(
        ask("text/plain", "?compression=zstd", b"[]").1,
        "request holds no event"
    );
}

#[test]
fn a_beacon_is_answered_without_a_body() {
    let server = server();
    let json = json!({"api_key": "phc_main", "event": "x", "distinct_id": "d"});
    let answer = server.ask("POST", "/e/?beacon=1").json(json.clone()).send();
    assert_eq!((answer.status, &*answer.text), (204, ""));
    assert_eq!(
        server.ask("POST", "/e/?beacon=0").json(json).send().status,
        200
    );
    assert_eq!(
        server
            .ask("POST", "/e/?beacon=1")
            .json(json!([]))
            .send()
            .status,
        400
    );
}

#[test]
fn every_shape_comes_in_and_the_token_of_a_batch_wins() {
    let server = server();
    for (name, body) in [
        (
            "one",
            json!({"$token": "phc_main", "event": "one", "$distinct_id": 23, "properties": {"a": 1}}),
        ),
        (
            "two",
            json!({"event": "two", "properties": {"a": 1, "token": " phc_main ", "distinct_id": ["x"]}}),
        ),
        (
            "three",
            json!([{"event": "three", "distinct_id": "d", "token": "phc_main", "properties": {"a": 1}}]),
        ),
        (
            "four",
            json!({"token": "phc_main", "batch": [{"event": "four", "distinct_id": "d", "token": "phc_side", "properties": {"a": 1}}],
                   "historical_migration": false, "more": [1]}),
        ),
        (
            "five",
            json!({"api_key": "phc_main", "event": "five", "distinct_id": "d", "properties": {"a": 1}, "uuid": "",
                   "timestamp": "whenever", "offset": 5, "$set": null}),
        ),
    ] {
        let answer = server.ask("POST", "/e/").json(body).send();
        assert_eq!((answer.status, &*answer.text), (200, OK), "{name}");
        assert!(seen(&server, name, "a"), "{name}");
    }
}

/// `{"event":"packed","distinct_id":"d","api_key":"phc_main","properties":{"old_seats":5}}` as LZ-string.
const PACKED: &str = "N4IgpgbmB2AuIC4QAcCGBjA1mAJiANCDgJYDOsx06sA+sXknoassTdgJ6IoAW6NAW1SUCKAE4B7ZGDEUwpRKAkAbHDVJhUsBQgCsAX31A===";

#[test]
fn lz_string_is_what_older_browser_sdks_send() {
    const FORM: &str = "application/x-www-form-urlencoded";
    let server = server();
    for (query, kind, body) in [
        (
            "",
            FORM,
            format!("data={}&compression=lz64", encoded(PACKED)),
        ),
        ("?compression=lz-string", FORM, format!("data={PACKED}")), // with unescaped `+`
        ("?compression=lz64", "text/plain", PACKED.to_owned()),
    ] {
        let ask = server.ask("POST", &format!("/e/{query}"));
        let answer = ask.body(kind, body).send();
        assert_eq!((answer.status, &*answer.text), (200, OK), "{query}");
    }
    assert!(seen(&server, "packed", "old_seats"));
    let events = server.get("/api/projects/1/events/?event=packed").ok(200);
    assert_eq!(events["count"], 3);
}

/// `count` times the letter `a`, as LZ-string: each code is for the phrase that it completes, one letter longer than the last.
fn letters(count: usize) -> String {
    let mut bits: Vec<_> = (0..10).map(|place| 97 << 2 >> place & 1).collect();
    let (mut phrase, mut length, mut left) = (4, 2, count - 1);
    while left >= length {
        let width = usize::BITS - usize::leading_zeros(phrase);
        bits.extend((0..width).map(|place| phrase >> place & 1));
        (phrase, left, length) = (phrase + 1, left - length, length + 1);
    }
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letter = |six: &[usize]| {
        let value = (0..6).fold(0, |value, place| value << 1 | six.get(place).unwrap_or(&0));
        alphabet[value] as char
    };
    bits.chunks(6).map(letter).collect()
}

#[test]
fn a_little_lz_string_cannot_become_too_much() {
    let server = server();
    let (limit, bomb) = (20 << 20, letters(40 << 20));
    assert!(bomb.len() < 40_000);
    let ask = server.ask("POST", "/e/?compression=lz64");
    let answer = ask.body("text/plain", bomb).send();
    let expected = format!(
        "maximum event size exceeded: Decompressed LZ64 payload would exceed {limit} bytes"
    );
    assert_eq!((answer.status, answer.text), (413, expected));
}
