use std::fs;

use super::*;

const LIMIT: usize = 20 << 20;

/// An event of exactly `length` bytes.
fn event_of(length: usize) -> String {
    let start =
        r#"{"api_key": "phc_main", "event": "big", "distinct_id": "d", "properties": {"a": ""#;
    let end = r#""}}"#;
    format!(
        "{start}{}{end}",
        "x".repeat(length - start.len() - end.len())
    )
}

#[test]
fn twenty_mebibytes_come_in_and_a_byte_more_does_not() {
    let server = server();
    let post = |body: &[u8]| {
        server
            .ask("POST", "/batch/")
            .body("application/json", body)
            .send()
    };
    let (fits, over) = (event_of(LIMIT), event_of(LIMIT + 1));
    assert_eq!(post(fits.as_bytes()).status, 200);
    assert!(seen(&server, "big", "a"));
    assert_eq!(post(&gzip(&fits)).status, 200);
    let answer = post(&gzip(&over));
    let text = format!(
        "maximum event size exceeded: Decompressed payload would exceed {LIMIT} bytes (got {} bytes)",
        LIMIT + 1
    );
    assert_eq!((answer.status, answer.text), (413, text));
}

#[test]
fn every_content_encoding_is_held_to_the_limit() {
    let server = server();
    let (fits, over) = (event_of(LIMIT), " ".repeat(LIMIT + 1));
    // As many blanks as `over`, and 18 MiB of an event and blanks, packed by the library in C.
    let [brotli_over, brotli_fits] = [
        "y///P/glQOKxQCD3/o///3/wSwDEYRGA7v1fAgAA4ZcAiMMCgN37Hw==",
        "z///fwAEvt9mqvKyxXqtfESFHYMhaBkibMABc8DjSqsNE/swkVu7HDDQ5qFOxzt+xHxaZBmUURhhY6V7bX9thzuCzLQLD9v9v8dCh4rKven5//8BQAIgDgtA9/4D",
    ]
    .map(|packed| STANDARD.decode(packed).unwrap());
    for (encoding, fits, over) in [
        ("gzip", gzip(&fits), gzip(&over)),
        ("deflate", zlib(&fits), zlib(&over)),
        ("deflate", deflate(&fits), deflate(&over)),
        ("zstd", zstd(&fits), zstd(&over)),
        ("br", brotli_fits, brotli_over),
    ] {
        let post = |body: &[u8]| {
            let ask = server
                .ask("POST", "/batch/")
                .header("content-encoding", encoding);
            ask.body("application/json", body).send()
        };
        assert_eq!(post(&fits).status, 200, "{encoding}");
        let answer = post(&over);
        let text = format!(
            "maximum event size exceeded: Decompressed payload would exceed {LIMIT} bytes (got {} bytes)",
            LIMIT + 1
        );
        assert_eq!((answer.status, answer.text), (413, text), "{encoding}");
    }
}

#[test]
fn a_body_that_is_too_long_is_not_waited_for() {
    let server = server();
    let answer = server.raw(
        b"POST /e/ HTTP/1.1\r\nhost: localhost\r\ncontent-length: 20971521\r\nconnection: close\r\n\r\n{",
    );
    let text =
        "maximum event size exceeded: Uncompressed payload size limit 20971520 exceeded: 20971521";
    assert!(
        answer.starts_with("HTTP/1.1 413 ") && answer.ends_with(text),
        "{answer}"
    );
    assert!(answer.contains("text/plain; charset=utf-8"), "{answer}");
}

/// The most memory that the process ever had, in bytes.
fn peak(server: &Server) -> usize {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    line.split_whitespace()
        .nth(1)
        .unwrap()
        .parse::<usize>()
        .unwrap()
        << 10
}

#[test]
fn what_a_small_payload_stands_for_takes_no_memory() {
    let server = server();
    let post = |body: &[u8]| {
        server
            .ask("POST", "/e/")
            .body("text/plain", body)
            .send()
            .status
    };
    assert_eq!(post(b"[]"), 400);
    let before = peak(&server);
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..256 {
        encoder.write_all(&[b' '; 1 << 20]).unwrap(); // 256 MiB in a quarter of one
    }
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 1 << 19);
    for _ in 0..3 {
        assert_eq!(post(&bomb), 413);
    }
    let grown = peak(&server) - before;
    assert!(grown < 64 << 20, "a gzip bomb took {} MiB", grown >> 20);
    // What just fits is read without taking many times its length.
    for item in ["1,", r#"{"event":"a"},"#] {
        let list = format!("[{}1]", item.repeat((LIMIT - 3) / item.len()));
        assert_eq!(post(&gzip(&list)), 400, "{item}");
    }
    let members = r#""a":1,"#.repeat((LIMIT - 100) / 6);
    let event = format!(
        r#"{{"api_key":"phc_main","event":"e","distinct_id":"d","properties":{{{members}"b":1}}}}"#
    );
    assert_eq!(post(&gzip(&event)), 200);
    let grown = peak(&server) - before;
    assert!(grown < 320 << 20, "20 MiB of JSON took {} MiB", grown >> 20);
}
