//! Responses that go on: server-sent events, made while they are sent.
//!
//! A reader of a stream has no queue of its own. It keeps its place in something that is in memory anyway and bounded, such as
//! the recent events of a project, and fetches what comes after its place once the client has taken what was sent before. So a
//! slow reader costs nothing but its place: what is dropped from memory before it gets there is lost to it, which the source of
//! the stream notices and says. One that takes nothing for `--request-timeout` is disconnected like any other client.

use std::{
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use actix_web::{
    http::header::{CACHE_CONTROL, HeaderName},
    rt::{task::spawn_blocking, time::timeout},
    web::Bytes,
};
use futures_util::{
    future::{Either, select},
    stream,
};
use serde::Serialize;
use tokio::sync::{Semaphore, watch};

use super::{
    Response,
    error::{Refusal, Result},
};

/// The most streams at once.
const STREAMS: usize = 64;

/// How often a stream without news shows that it is still there. Proxies end connections on which nothing comes, and it is how
/// the server notices that a client has gone without a word.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// What is sent then: a comment.
const STILL_HERE: &[u8] = b": still here\n\n";

/// The streams that are open.
pub struct Live {
    places: Arc<Semaphore>,
    ending: watch::Sender<bool>,
}

impl Default for Live {
    fn default() -> Live {
        Live {
            places: Arc::new(Semaphore::new(STREAMS)),
            ending: watch::Sender::new(false),
        }
    }
}

impl Live {
    /// Ends all streams, also those that begin later: the server stops.
    pub fn end(&self) {
        self.ending.send_replace(true);
    }

    /// A stream of server-sent events, between which there is at least a `pause`. `next` fetches those that are there, and returns `None` for none; it is called on the
    /// blocking pool, first at once and then whenever there is `news`. The caller subscribes to that before `next` is first
    /// called, so that nothing comes in between.
    ///
    /// Errors: `Unavailable` if there are too many streams.
    pub fn stream<N: Send + Sync + 'static>(
        &self,
        news: watch::Receiver<N>,
        pause: Duration,
        next: impl FnMut() -> Option<Vec<u8>> + Send + 'static,
    ) -> Result<Response> {
        let place = self.places.clone().try_acquire_owned();
        let streaming = Streaming {
            news,
            next,
            heartbeat: HEARTBEAT,
            pause,
            has_sent: false,
            ending: self.ending.subscribe(),
        };
        let place = place.map_err(|_| Refusal::busy("streams"))?;
        let pieces = stream::unfold((streaming, place), |(streaming, place)| async {
            let (piece, streaming) = streaming.piece().await?;
            Some((piece, (streaming, place)))
        });
        // Proxies such as nginx would collect the response before they pass it on.
        let buffering = HeaderName::from_static("x-accel-buffering");
        Ok(Response::streamed("text/event-stream", pieces)
            .header(CACHE_CONTROL, "no-store")
            .header(buffering, "no"))
    }
}

struct Streaming<N, F> {
    news: watch::Receiver<N>,
    next: F,
    heartbeat: Duration,
    pause: Duration,
    has_sent: bool,
    ending: watch::Receiver<bool>,
}

impl<N, F> Streaming<N, F>
where
    N: Send + Sync + 'static,
    F: FnMut() -> Option<Vec<u8>> + Send + 'static,
{
    /// The next piece and what follows it; `None` at the end.
    async fn piece(mut self) -> Option<(Bytes, Self)> {
        if self.has_sent {
            let resting = timeout(self.pause, self.ending.changed());
            drop(resting.await); // the end is seen below
        }
        self.has_sent = true;
        let due = Instant::now() + self.heartbeat;
        while !*self.ending.borrow() {
            let piece;
            (piece, self) = spawn_blocking(move || ((self.next)(), self)).await.ok()?;
            if let Some(piece) = piece {
                return Some((Bytes::from(piece), self));
            }
            if Instant::now() >= due {
                return Some((Bytes::from_static(STILL_HERE), self));
            }
            self.wait(due).await?;
        }
        None
    }

    /// Waits for news, at most until `due`; `None` if there can be no more.
    async fn wait(&mut self, due: Instant) -> Option<()> {
        let (news, ending) = (pin!(self.news.changed()), pin!(self.ending.changed()));
        let waiting = select(news, ending);
        let left = due.saturating_duration_since(Instant::now());
        match timeout(left, waiting).await {
            Ok(Either::Left((news, _))) => news.ok(),
            Ok(Either::Right(_)) => None,
            Err(_) => Some(()),
        }
    }
}

/// Adds a server-sent event to `piece`: its kind, unless it is a usual one, its id and its data.
pub fn add_event(piece: &mut Vec<u8>, kind: Option<&str>, id: Option<u64>, data: &impl Serialize) {
    if let Some(kind) = kind {
        piece.extend_from_slice(format!("event: {kind}\n").as_bytes());
    }
    if let Some(id) = id {
        piece.extend_from_slice(format!("id: {id}\n").as_bytes());
    }
    piece.extend_from_slice(b"data: ");
    let start = piece.len();
    serde_json::to_writer(&mut *piece, data).expect("views serialise");
    // Properties are written as they were sent. A line break in them is between two values: within a text it is escaped.
    for byte in &mut piece[start..] {
        if [b'\r', b'\n'].contains(byte) {
            *byte = b' ';
        }
    }
    piece.extend_from_slice(b"\n\n");
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::model::JsonText;

    #[actix_web::test]
    async fn a_stream_without_news_shows_that_it_is_there_until_the_server_stops() {
        let (news, ending) = (watch::Sender::new(()), watch::Sender::new(false));
        let (events, source) = mpsc::channel();
        let brief = Duration::from_millis(20);
        let mut streaming = Streaming {
            news: news.subscribe(),
            next: move || source.try_recv().ok(),
            heartbeat: brief,
            pause: Duration::ZERO,
            has_sent: false,
            ending: ending.subscribe(),
        };
        let mut piece;
        for _ in 0..2 {
            streaming.heartbeat = brief;
            let start = Instant::now();
            (piece, streaming) = streaming.piece().await.unwrap();
            assert_eq!(piece, ": still here\n\n");
            assert!(start.elapsed() >= brief);
            // What is there is sent at once: no time passes that a busy machine could make longer.
            streaming.heartbeat = HEARTBEAT;
            events.send(b"data: 1\n\n".to_vec()).unwrap();
            (piece, streaming) = streaming.piece().await.unwrap();
            assert_eq!(piece, "data: 1\n\n");
        }
        ending.send_replace(true);
        assert!(streaming.piece().await.is_none());
    }

    #[test]
    fn an_event_is_a_line_each_of_kind_id_and_data() {
        let mut piece = Vec::new();
        add_event(
            &mut piece,
            None,
            Some(7),
            &JsonText::stored("{\r\n\"a\": 1}"),
        );
        add_event(&mut piece, Some("lost"), None, &"two\nlines");
        assert_eq!(
            String::from_utf8(piece).unwrap(),
            "id: 7\ndata: {  \"a\": 1}\n\nevent: lost\ndata: \"two\\nlines\"\n\n"
        );
    }
}
