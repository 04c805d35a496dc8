//! A site of its own origin, whose pages use an SDK.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    thread,
};

/// Serves the pages beside this file and the installed packages, until the process ends.
pub struct Site {
    /// `http://localhost:PORT`
    pub url: String,
}

impl Site {
    pub fn start(packages: &Path) -> Site {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/pages");
        let folders = [pages, packages.join("node_modules")];
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let folders = folders.clone();
                // A browser opens connections ahead of its requests and may drop them at any time.
                thread::spawn(move || answer(stream, &folders).unwrap_or_default());
            }
        });
        Site { url }
    }
}

/// Answers one request, then closes the connection.
fn answer(mut stream: TcpStream, folders: &[PathBuf]) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let target = first.split(' ').nth(1).unwrap_or_default();
    let path = target.split('?').next().unwrap_or_default();
    let path = path.trim_start_matches('/');
    let file = folders
        .iter()
        .find_map(|folder| fs::read(folder.join(path)).ok());
    let kind = match path.ends_with(".html") {
        true => "text/html",
        false => "text/javascript",
    };
    let (status, body) = match file {
        Some(body) => ("200 OK", body),
        None => ("404 Not Found", Vec::new()),
    };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    )?;
    stream.write_all(&body)
}
