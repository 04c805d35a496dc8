//! The limits of reads: a server that does nothing but answer, on the worker or after one hop to the thread pool.

use std::{
    env,
    io::{self, Write},
    net::TcpListener,
};

use actix_web::{App, HttpResponse, HttpServer, web};

/// Serves, if this program was called for that: with `--bare SIZE`, or `--bare SIZE --hop`. Returns whether it was.
pub fn is_asked_for() -> bool {
    let Some(size) = argument("--bare") else {
        return false;
    };
    let hops = env::args().any(|word| word == "--hop");
    serve(size.parse().expect("a size in bytes"), hops);
    true
}

/// The word after `name` on the command line.
pub fn argument(name: &str) -> Option<String> {
    env::args().skip_while(|word| word != name).nth(1)
}

/// Serves `size` constant bytes at every path.
fn serve(size: usize, hops: bool) {
    let body = web::Bytes::from(vec![b'x'; size]);
    listen(move |_: web::Bytes| {
        let body = body.clone();
        async move {
            let body = match hops {
                true => web::block(move || body).await.expect("the server runs"),
                false => body,
            };
            HttpResponse::Ok()
                .content_type("application/json")
                .body(body)
        }
    });
}

/// Answers every request with `answer`, and says where in the words that hoglet uses.
pub fn listen<F, R>(answer: F)
where
    F: Fn(web::Bytes) -> R + Clone + Send + 'static,
    R: Future<Output = HttpResponse> + 'static,
{
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
