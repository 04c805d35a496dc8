//! What of the first line of a request actix would refuse.
//!
//! Some clients, curl for one, send a path and a query string as they were typed: with letters beyond ASCII, quotation marks or
//! braces. Web servers take them. The parser of actix takes some of them and answers others with an empty 400. So all that does
//! not belong in a URI is percent-encoded before it comes there. Control characters are left to be refused.

use actix_web::web::BytesMut;
use percent_encoding::percent_encode_byte;

/// Whether `byte` is one of those.
fn is_foreign(byte: u8) -> bool {
    matches!(
        byte,
        b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | 0x80..
    )
}

/// Whether a part of the first line of a request has bytes that do not belong in a URI.
pub fn is_to_be_encoded(line: &[u8]) -> bool {
    line.iter().any(|byte| is_foreign(*byte))
}

/// `line` with such bytes percent-encoded.
pub fn encode(line: &[u8]) -> BytesMut {
    let mut encoded = BytesMut::with_capacity(line.len() * 2);
    for byte in line {
        match is_foreign(*byte) {
            true => encoded.extend_from_slice(percent_encode_byte(*byte).as_bytes()),
            false => encoded.extend_from_slice(&[*byte]),
        }
    }
    encoded
}
