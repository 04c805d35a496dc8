//! The files under `static/`, which are part of the binary.
//!
//! For a release build `build.rs` compresses them with gzip, so that they are served as they are stored: every client that takes
//! compressed responses takes gzip. For one that does not, a file is unpacked the first time, and the text is then kept: a
//! [`Document`] costs neither time nor memory for each request.
//!
//! A debug build reads them from the working tree, so that a changed page needs only a reload, and compresses what it read in the
//! same way.

mod document;
mod pack;

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex, PoisonError},
};

use rust_embed::EmbeddedFile;
use sha2::{Digest as _, Sha256};

pub use document::{Document, tag};
pub use pack::{SMALL, gzip};

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// The documents by the hash of what they are made of.
static DOCUMENTS: LazyLock<Mutex<HashMap<[u8; 32], &'static Document>>> =
    LazyLock::new(Mutex::default);

pub struct Asset {
    pub document: &'static Document,
    pub kind: String,
}

/// Whether there is a file called `name`, a path below `static/`.
pub fn exists(name: &str) -> bool {
    Files::get(name).is_some()
}

/// The file called `name`.
pub fn find(name: &str) -> Option<Asset> {
    let EmbeddedFile { data, metadata } = Files::get(name)?;
    let kind = metadata.mimetype();
    let kind = match kind.starts_with("text/") {
        true => format!("{kind}; charset=utf-8"),
        false => kind.to_owned(),
    };
    let document = known(metadata.sha256_hash(), || Document::stored(data));
    Some(Asset { document, kind })
}

/// A document of what was made of files: the same for the same bytes.
pub fn keep(bytes: Vec<u8>) -> &'static Document {
    known(Sha256::digest(&bytes).into(), || Document::new(bytes))
}

/// The document of the bytes with this hash; `make` makes it the first time.
fn known(hash: [u8; 32], make: impl FnOnce() -> &'static Document) -> &'static Document {
    let mut documents = DOCUMENTS.lock().unwrap_or_else(PoisonError::into_inner);
    documents.entry(hash).or_insert_with(make)
}

/// The text of the file called `name`, which has to exist.
pub fn text(name: &str) -> &'static str {
    let asset = find(name).expect("the file is part of the binary");
    str::from_utf8(asset.document.plain()).expect("the file is text")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_gain_by_compression_and_pictures_and_fonts_do_not() {
        let (mut size, mut count) = (0, 0);
        for path in Files::iter() {
            let plain = Files::get(&path).unwrap().data;
            let packed = pack::pack(&plain);
            let is_text = !path.ends_with(".webp") && !path.ends_with(".woff2");
            assert_eq!(packed.is_some(), is_text && plain.len() > SMALL, "{path}");
            let stored = packed.unwrap_or_else(|| plain.to_vec());
            size += stored.len();
            count += 1;
            let document = Document::stored(stored.into());
            assert!(document.plain() == &*plain, "{path}");
        }
        assert!(count > 90 && size < 750_000, "{count} files, {size} bytes");
    }

    #[test]
    fn both_forms_are_made_once() {
        let text = "hog ".repeat(1000);
        let document = Document::new(text.clone().into_bytes());
        let gzip = document.gzip().unwrap();
        assert!(std::ptr::eq(gzip, document.gzip().unwrap()));
        let packed = Document::stored(gzip.to_vec().into());
        assert_eq!(packed.plain(), text.as_bytes());
        assert!(std::ptr::eq(packed.plain(), packed.plain()));
        assert_ne!(packed.tag(), document.tag());
        assert!(Document::new(b"short".as_slice()).gzip().is_none());
    }
}
