use super::*;

#[track_caller]
fn refused(answer: &Answer, status: u16, tag: &str, text: &str) {
    let body = json!({"error": tag, "error_description": text, "error_uri": "https://posthog.com/docs/api"});
    assert_eq!((answer.status, &*answer.text), (status, &*body.to_string()));
    assert_eq!(
        (answer.header("accept"), answer.header("accept-encoding")),
        ("application/json", "gzip, deflate, br, zstd")
    );
}

#[test]
fn a_batch_that_is_none_is_refused_whole() {
    let server = Server::start();
    for (body, tag, text) in [
        ("".to_owned(), "empty_body", "request body is empty"),
        (
            "nope".to_owned(),
            "request_parsing_error",
            "Failed to parse request body.",
        ),
        (
            "{}".to_owned(),
            "request_parsing_error",
            "Failed to parse request body.",
        ),
        (
            json!({"batch": []}).to_string(),
            "request_parsing_error",
            "Failed to parse request body.",
        ),
        (
            batch(json!([1])).to_string(),
            "request_parsing_error",
            "Failed to parse request body.",
        ),
        (
            batch(json!([])).to_string(),
            "empty_batch",
            "request batch is empty",
        ),
        (
            json!({"created_at": "today", "batch": [event(1, json!({}))]}).to_string(),
            "invalid_batch",
            "invalid batch: created_at is not valid RFC 3339: today",
        ),
        (
            batch(json!([event(1, json!({"uuid": null}))])).to_string(),
            "missing_event_uuid",
            "event submitted without a uuid",
        ),
        (
            batch(json!([event(1, json!({"uuid": "x"}))])).to_string(),
            "invalid_event_uuid",
            "invalid event uuid: x",
        ),
        (
            batch(json!([event(1, json!({})), event(1, json!({}))])).to_string(),
            "duplicate_event_uuid",
            "duplicate event uuid: cb4cc75e-eebc-471a-9ac1-000000000001",
        ),
    ] {
        let answer = ask(&server).body("application/json", &body).send();
        refused(&answer, 400, tag, text);
    }
}

#[test]
fn a_request_of_another_protocol_is_refused() {
    let server = Server::start();
    let body = batch(json!([event(1, json!({}))]));
    let answer = server
        .ask("POST", PATH)
        .key("phc_main")
        .header("posthog-attempt", "1")
        .json(body.clone())
        .send();
    let text = r#"request is missing required headers: ["PostHog-Sdk-Info", "PostHog-Request-Id", "PostHog-Request-Timestamp"]"#;
    refused(&answer, 400, "missing_required_headers", text);
    let answer = ask(&server).body("text/plain", body.to_string()).send();
    refused(
        &answer,
        415,
        "unsupported_content_type",
        "unsupported content type: text/plain",
    );
    for encoding in ["compress", "lz4", "gzip, br"] {
        let answer = ask(&server)
            .header("content-encoding", encoding)
            .json(body.clone())
            .send();
        refused(
            &answer,
            415,
            "unsupported_encoding",
            &format!("unsupported content encoding: {encoding}"),
        );
    }
    for encoding in ["gzip", "deflate", "br", "zstd"] {
        let answer = ask(&server)
            .header("content-encoding", encoding)
            .json(body.clone())
            .send();
        refused(
            &answer,
            400,
            "request_decoding_error",
            "Failed to decode request body.",
        );
    }
    for key in [None, Some("phx_ada"), Some(&*"x".repeat(65))] {
        let ask = server
            .ask("POST", PATH)
            .header("posthog-sdk-info", "x/1")
            .header("posthog-attempt", "1");
        let ask = ask
            .header("posthog-request-id", "x")
            .header("posthog-request-timestamp", "x");
        let ask = key.into_iter().fold(ask, |ask, key| ask.key(key));
        let answer = ask.json(body.clone()).send();
        refused(
            &answer,
            401,
            "invalid_api_token",
            "The provided API token is not valid.",
        );
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&vec![b' '; (20 << 20) + 1]).unwrap();
    let blanks = vec![b' '; (20 << 20) + 1];
    let brotli = "y///P/glQOKxQCD3/o///3/wSwDEYRGA7v1fAgAA4ZcAiMMCgN37Hw=="; // as many
    for (encoding, bomb) in [
        ("gzip", encoder.finish().unwrap()),
        ("br", STANDARD.decode(brotli).unwrap()),
        (
            "zstd",
            compress_to_vec(&blanks[..], CompressionLevel::Fastest),
        ),
    ] {
        let bomb = ask(&server)
            .header("content-encoding", encoding)
            .body("application/json", bomb)
            .send();
        let text = "payload too large: Decompressed payload would exceed 20971520 bytes (got 20971521 bytes)";
        refused(&bomb, 413, "payload_too_large", text);
    }
}
