//! Event payloads of both protocols, as texts: which of them are taken in, and what is read of them again later.

use hoglet::{
    domain::capture::{Capture, Clock, Lane, Payload, event_time, replay, v1},
    model::Timestamp,
};

/// Reads `input` as each kind of payload.
pub fn events(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let (capture, now) = (Capture::new(10), Timestamp::now());
    for is_engage in [false, true] {
        let payload = match Payload::read(&text, is_engage) {
            Ok(payload) => payload,
            Err(rejection) => {
                assert!(!rejection.to_string().is_empty());
                continue;
            }
        };
        payload.token();
        // What is accepted is read a second time when it is written down, so it must read well again.
        let again = payload.each(|count: &mut usize, _, sent| {
            *count += usize::from(payload.event(sent).is_some());
            Ok(())
        });
        let clock = Clock {
            now,
            sent_at: payload.sent_at,
        };
        match capture.accept(&payload, None, clock) {
            Ok(_) => assert!(again.is_ok()),
            Err(rejection) => assert!(!rejection.to_string().is_empty()),
        }
        if let Err(rejection) = replay::read(&payload) {
            assert!(!rejection.to_string().is_empty());
        }
    }
    event_time::parse(&text, now);
    let sdk = "fuzz/1.0";
    v1::event(&text, sdk);
    match capture.accept_batch(Lane::Analytics, &text, sdk, None, now) {
        Ok((_, verdicts)) => assert!(!verdicts.is_empty(), "an empty batch is refused"),
        Err(rejection) => assert!(!rejection.to_string().is_empty()),
    }
}
