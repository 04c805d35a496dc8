//! What many clients read.

use std::{borrow::Cow, io::Read as _, sync::OnceLock};

use flate2::read::GzDecoder;
use sha2::{Digest as _, Sha256};

use super::pack::pack;

type Bytes = Cow<'static, [u8]>;

/// The first bytes of gzip, which no file under `static/` starts with.
const MAGIC: &[u8] = &[0x1f, 0x8b, 8];

/// Bytes for many clients, as they are and compressed. The form that it is not made of is made when it is first asked for. Both
/// are kept until the process ends: however many clients read them, they are made once and in memory once.
pub struct Document {
    tag: String,
    plain: OnceLock<Bytes>,
    gzip: OnceLock<Option<Bytes>>,
}

impl Document {
    /// Made of its bytes.
    pub fn new(plain: impl Into<Bytes>) -> &'static Document {
        let plain = plain.into();
        Document::keep(tag(&plain), OnceLock::from(plain), OnceLock::new())
    }

    /// Made of its bytes as [`pack`] leaves them.
    pub fn stored(bytes: Bytes) -> &'static Document {
        match bytes.starts_with(MAGIC) {
            true => Document::keep(tag(&bytes), OnceLock::new(), OnceLock::from(Some(bytes))),
            false => Document::new(bytes),
        }
    }

    fn keep(
        tag: String,
        plain: OnceLock<Bytes>,
        gzip: OnceLock<Option<Bytes>>,
    ) -> &'static Document {
        Box::leak(Box::new(Document { tag, plain, gzip }))
    }

    /// Identifies the content.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    pub fn plain(&self) -> &[u8] {
        self.plain.get_or_init(|| {
            let gzip = self.gzip.get().and_then(Option::as_deref).unwrap_or(b"");
            let mut plain = Vec::new();
            let read = GzDecoder::new(gzip).read_to_end(&mut plain);
            read.expect("it was compressed by `pack`");
            plain.into()
        })
    }

    /// The bytes as gzip, if they get smaller by that.
    pub fn gzip(&self) -> Option<&[u8]> {
        let gzip = self.gzip.get_or_init(|| pack(self.plain()).map(Cow::Owned));
        gzip.as_deref()
    }
}

/// Identifies `bytes`.
pub fn tag(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    hash[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}
