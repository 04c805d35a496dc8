//! The limits: a server that does nothing but answer, and a database without a server.

use std::{
    env,
    io::{self, Write},
    net::TcpListener,
    time::{Duration, Instant},
};

use actix_web::{App, HttpResponse, HttpServer, web};

/// Serves, if this program was called for that: with `--bare SIZE`. Returns whether it was.
pub fn is_asked_for() -> bool {
    let arguments: Vec<String> = env::args().collect();
    let Some(at) = arguments.iter().position(|word| word == "--bare") else {
        return false;
    };
    serve(arguments[at + 1].parse().expect("a size in bytes"));
    true
}

/// Serves `size` constant bytes at every path, and says where in the words that hoglet uses.
fn serve(size: usize) {
    let body = web::Bytes::from(vec![b'x'; size]);
    let answer = move |_: web::Bytes| {
        let body = body.clone();
        async move {
            HttpResponse::Ok()
                .content_type("application/json")
                .body(body)
        }
    };
    let serving = async {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let server =
            HttpServer::new(move || App::new().default_service(web::to(answer.clone()))).workers(2);
        let server = server.listen(listener)?.run();
        writeln!(io::stdout(), "listening on http://{address}")?;
        server.await
    };
    actix_web::rt::System::new()
        .block_on(serving)
        .expect("the bare server ends well");
}

/// Durable commits a second of one UPDATE by its key, in a file of its own.
pub fn commits(time: Duration) -> f64 {
    let files = tempfile::tempdir().expect("a folder");
    let db = rusqlite::Connection::open(files.path().join("raw.db")).expect("a database");
    let setup = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
                 CREATE TABLE t (id TEXT PRIMARY KEY, text TEXT); INSERT INTO t VALUES ('a', '');";
    db.execute_batch(setup).expect("a table");
    let (started, mut count) = (Instant::now(), 0);
    while started.elapsed() < time {
        let mut update = db
            .prepare_cached("UPDATE t SET text = ?1 WHERE id = 'a'")
            .expect("a statement");
        update.execute([count.to_string()]).expect("a change");
        count += 1;
    }
    f64::from(count) / started.elapsed().as_secs_f64()
}
