//! Starting and ending: workers, their connections, and what ends them.
//!
//! This does what actix-web's `HttpServer` does, with a stream of our own ([`super::stream`]), which `HttpServer` cannot have.

use std::{
    io,
    net::{Ipv4Addr, TcpListener},
    sync::Arc,
    time::Duration,
};

use actix_http::{HttpService, error::DispatchError};
use actix_service::{IntoServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::{
    App, Handler, HttpRequest, HttpResponse,
    dev::{AppConfig, Server},
    rt::{
        net::TcpStream,
        signal::unix::{SignalKind, signal},
        time::timeout,
    },
    web,
};
use rustix::net::{
    listen,
    sockopt::{set_socket_recv_buffer_size, set_socket_send_buffer_size},
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy, sink};

use super::{
    State, client,
    connections::{ConnectionLimits, ConnectionMetrics, Connections, KEEP_ALIVE},
    metrics,
    outgoing::{Outgoing, WRITE_BUFFER},
    panics, serve,
    stream::Stream,
    tls::Tls,
};

/// Threads that may wait for the database, of each worker: more than the readers and a full batch of writers need.
const BLOCKING_THREADS: usize = 128;

/// How long requests under way may take once the server begins to stop, in seconds.
const FAREWELL: u64 = 10;

/// How long a client may go on sending a body that the response did not wait for, before it is cut off. One that sends all of its
/// request before it reads would lose the response then.
const LINGER: Duration = Duration::from_secs(5);

/// How long it may take to refuse a connection.
const REFUSING: Duration = Duration::from_secs(1);

/// How many bytes the responses that wait for their readers may take, of all workers together.
const RESPONSE_MEMORY: usize = 64 << 20;

/// How many bytes the buffers of connections may take, of all workers together, beyond what each has from its start. A request's
/// head or a response that is larger than that needs more, and an idle connection keeps it.
const BUFFER_MEMORY: usize = 32 << 20;

/// How many bytes of responses the kernel may keep for a connection (Linux takes twice as much with its own bookkeeping).
///
/// By default it keeps 2.5 MiB for a client that does not read, so that 2,000 of them use up what the system has for all of its
/// TCP connections, and no packet passes any more. Connections inherit the setting from the listener.
const SEND_BUFFER: usize = 128 << 10;

/// How many bytes the kernel may keep of a body that the server does not take, for the same reason: by default 6 MiB, which 200
/// clients fill while their bodies wait for memory.
const RECEIVE_BUFFER: usize = 256 << 10;

/// How many clients may wait until a worker accepts them; the system may allow fewer.
///
/// With the 128 of the standard library a burst of connections fills the queue, and the next client waits a second: the
/// kernel drops the first packet, and the client sends it again after that time.
const BACKLOG: i32 = 4096;

/// How many connections a worker may accept beyond its limit: each makes another one end.
const CHANGING: usize = 8;

/// What a client reads for whom there is no place.
const NO_PLACE: &str = "HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// How many bytes are read from such a client, which may send a large body.
const REFUSED: u64 = 256 << 10;

/// What may be in use at once for the metrics: those who ask for them must not disturb others.
const SCRAPING: Capacity = Capacity {
    workers: 1,
    threads: 1,
    limits: ConnectionLimits {
        connections: 8,
        timeout: Duration::from_secs(5),
        memory: 8 << 20,
        buffers: 1 << 20,
    },
};

/// How many files the metrics need.
pub const SCRAPING_FILES: usize = SCRAPING.limits.connections + CHANGING + 8;

/// What may be in use at once.
#[derive(Clone, Copy)]
struct Capacity {
    workers: usize,
    /// Threads of each worker that may wait for the database.
    threads: usize,
    /// What each worker enforces.
    limits: ConnectionLimits,
}

/// Starts answering on `listener`, until `stop` is over; requests under way are answered first. At most `connections` are open
/// at once. With `tls`, clients speak TLS. Shows the metrics on `scraped`, without it.
pub fn start(
    state: Arc<State>,
    listener: TcpListener,
    scraped: Option<TcpListener>,
    workers: usize,
    connections: usize,
    tls: Option<Arc<Tls>>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<Server> {
    panics::install_hook();
    let capacity = Capacity {
        workers,
        threads: BLOCKING_THREADS,
        limits: ConnectionLimits {
            connections: (connections / workers).max(1),
            timeout: state.request_timeout,
            memory: RESPONSE_MEMORY / workers,
            buffers: BUFFER_MEMORY / workers,
        },
    };
    let metrics = state.metrics.as_ref();
    let counted = metrics.map(|metrics| metrics.connections.clone());
    let keeping_fresh = tls.clone().map(Tls::keep_fresh);
    let server = serve_on(listener, tls, &state, serve, capacity, counted)?;
    let scraping = scraped.map(|listener| {
        let server = serve_on(listener, None, &state, metrics::answer, SCRAPING, None)?;
        let handle = server.handle();
        actix_web::rt::spawn(server);
        io::Result::Ok(handle)
    });
    if let Some(keeping_fresh) = keeping_fresh {
        actix_web::rt::spawn(keeping_fresh);
    }
    let (handle, scraping) = (server.handle(), scraping.transpose()?);
    // Not by the builder's `shutdown_signal`, after which the server waits 300 ms for other uses of this thread.
    actix_web::rt::spawn(async move {
        stop.await;
        state.live.end();
        if let Some(lab) = &state.lab {
            lab.end();
        }
        drop(state);
        if let Some(scraping) = scraping {
            scraping.stop(false).await;
        }
        handle.stop(true).await;
    });
    Ok(server)
}

/// Starts answering on `listener` with `handler`. `metrics` counts the connections.
fn serve_on<H>(
    listener: TcpListener,
    tls: Option<Arc<Tls>>,
    state: &Arc<State>,
    handler: H,
    capacity: Capacity,
    metrics: Option<ConnectionMetrics>,
) -> io::Result<Server>
where
    H: Handler<(web::Data<State>, HttpRequest, web::Payload), Output = HttpResponse<Outgoing>>
        + Send,
{
    listen(&listener, BACKLOG)?;
    set_socket_send_buffer_size(&listener, SEND_BUFFER)?;
    set_socket_recv_buffer_size(&listener, RECEIVE_BUFFER)?;
    let limits = capacity.limits;
    let state = web::Data::from(state.clone());
    let builder = Server::build();
    let stopping = builder.graceful_shutdown_signal();
    let service = move || {
        let (state, stopping, tls) = (state.clone(), stopping.clone(), tls.clone());
        let table = Connections::start(limits, metrics.clone());
        let app = App::new()
            .app_data(state)
            .default_service(web::to(handler.clone()))
            .into_factory()
            .map_err(|error: actix_web::Error| error.error_response());
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .keep_alive(KEEP_ALIVE)
            .client_request_timeout(limits.timeout)
            .client_disconnect_timeout(LINGER)
            .h1_write_buffer_size(WRITE_BUFFER)
            .on_connect_ext(|stream: &Stream, data| {
                data.insert(stream.connection().clone());
            })
            .h1(map_config(app, |()| AppConfig::default()));
        fn_service(move |tcp: TcpStream| {
            let peer = tcp.peer_addr().ok();
            // A response leaves in several writes. Without this the kernel holds the last one back until the client has
            // acknowledged the others, which a client that waits for the rest does after 40 ms.
            let undelayed = tcp.set_nodelay(true).map_err(DispatchError::Io);
            let network = client::network(peer.map_or(Ipv4Addr::UNSPECIFIED.into(), |it| it.ip()));
            let place = undelayed.map(|()| table.accept(network));
            let tls = tls.clone();
            async move {
                match place? {
                    Some(connection) => Ok((Stream::new(tcp, connection, tls.as_deref()), peer)),
                    None => Err(refuse(tcp, tls.as_deref()).await),
                }
            }
        })
        .and_then(http)
    };
    let server = builder
        .workers(capacity.workers)
        .worker_max_blocking_threads(capacity.threads)
        .max_concurrent_connections(limits.connections + CHANGING)
        .shutdown_timeout(FAREWELL)
        .disable_signals()
        .listen("hoglet", listener, service)?
        .run();
    Ok(server)
}

/// Runs `serving` on this thread until it ends.
pub fn run<T>(serving: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    actix_web::rt::System::new().block_on(serving)
}

/// Ends when the process gets SIGTERM or SIGINT.
pub fn told_to_stop() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    let (mut terminate, mut interrupt) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    Ok(async move {
        let (terminate, interrupt) = (Box::pin(terminate.recv()), Box::pin(interrupt.recv()));
        futures_util::future::select(terminate, interrupt).await;
    })
}

/// Ends a connection for which there is no place, after a word to the client, with TLS after the handshake. Then it reads what
/// the client sends, until the client has read that word and closes its side: a connection that is closed with bytes unread is
/// reset, and the client may lose what it has not read yet.
///
/// All of it takes no longer than [`REFUSING`]. No more than [`CHANGING`] go on in a worker; others wait in the backlog.
async fn refuse(mut tcp: TcpStream, tls: Option<&Tls>) -> DispatchError {
    let telling = async {
        match tls {
            None => tcp.write_all(NO_PLACE.as_bytes()).await?,
            Some(tls) => {
                let mut stream = tls.accept(&mut tcp).await?;
                stream.write_all(NO_PLACE.as_bytes()).await?;
                stream.shutdown().await?;
            }
        }
        tcp.shutdown().await?;
        copy(&mut tcp.take(REFUSED), &mut sink()).await
    };
    let told = timeout(REFUSING, telling).await.unwrap_or(Ok(0));
    let error = io::Error::other("no place for another connection");
    DispatchError::Io(told.err().unwrap_or(error))
}
