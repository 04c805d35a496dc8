//! Where one request on a connection ends, so that the next one is not parsed before the first is answered.
//!
//! actix-http decodes every request that it finds in its read buffer, also while an earlier one is being answered, and keeps
//! what the encoder must know of "the request" (HEAD or not, HTTP version, keep-alive) in one place: that of the request that
//! was decoded last. So a GET followed by a HEAD in the same packet was answered without its body, and a HEAD followed by a GET
//! with one, after which the client takes every later response for another request's.
//!
//! The remedy is to let the decoder see one request at a time. [`Framing`] counts off which bytes belong to the request under
//! way; the connection keeps the bytes after it until the response is written. It need not understand heads: a head ends with
//! an empty line, and the server says afterwards, from the decoded head, how its body is framed. When the count is wrong
//! because the bytes are no valid HTTP, the decoder refuses them all the same.

use actix_web::{HttpMessage, HttpRequest, http::header::CONTENT_LENGTH};

/// How a request's body is framed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Length {
    /// So many bytes, which may be none.
    Known(u64),
    /// `Transfer-Encoding: chunked`.
    Chunked,
}

impl Length {
    /// That of the body of `request`.
    pub fn of(request: &HttpRequest) -> Length {
        if request.chunked().unwrap_or(false) {
            return Length::Chunked;
        }
        let sent = request.headers().get(CONTENT_LENGTH);
        let number = sent.and_then(|value| value.to_str().ok()?.trim().parse().ok());
        Length::Known(number.unwrap_or(0))
    }
}

/// What the next byte of a connection belongs to.
#[derive(Debug)]
enum Part {
    /// A line of a head; whether it is empty so far, and whether it is the first.
    Head { empty: bool, is_first: bool },
    /// A body with so many bytes to come.
    Body(u64),
    /// The line with the size of a chunk; the size so far, and whether its digits have ended.
    Size { size: u64, ended: bool },
    /// A chunk with so many bytes to come, its line break included.
    Chunk(u64),
    /// A line after the last chunk; whether it is empty so far.
    Trailer { empty: bool },
    /// Nothing: the request has ended, or its head has and how its body is framed is not known yet.
    End,
}

/// Counts off the bytes of one request.
#[derive(Debug)]
pub struct Framing(Part);

impl Default for Framing {
    /// At the start of a head.
    fn default() -> Framing {
        Framing(Part::Head {
            empty: true,
            is_first: true,
        })
    }
}

impl Framing {
    /// Whether the next byte belongs to no known part of a request.
    pub fn is_at_end(&self) -> bool {
        matches!(self.0, Part::End)
    }

    /// How many of `bytes`, which come next, belong to the first line of a head.
    pub fn first_line(&self, bytes: &[u8]) -> usize {
        match self.0 {
            Part::Head { is_first: true, .. } => {
                memchr::memchr(b'\n', bytes).map_or(bytes.len(), |end| end + 1)
            }
            _ => 0,
        }
    }

    /// Whether a body has more to come.
    pub fn is_in_body(&self) -> bool {
        !matches!(self.0, Part::Head { .. } | Part::End)
    }

    /// Goes on after a head: its body is framed like this.
    pub fn expect(&mut self, length: Length) {
        self.0 = match length {
            Length::Known(0) => Part::End,
            Length::Known(length) => Part::Body(length),
            Length::Chunked => Part::Size {
                size: 0,
                ended: false,
            },
        };
    }

    /// How many of `bytes` belong to this request; they count as read.
    pub fn advance(&mut self, bytes: &[u8]) -> usize {
        let mut read = 0;
        while read < bytes.len() && !self.is_at_end() {
            read += self.step(&bytes[read..]);
        }
        read
    }

    /// Reads at least one of `bytes`, of which there is at least one; returns how many.
    fn step(&mut self, bytes: &[u8]) -> usize {
        match &mut self.0 {
            Part::Body(rest) => {
                let length = skip(rest, bytes);
                if *rest == 0 {
                    self.0 = Part::End;
                }
                return length;
            }
            Part::Chunk(rest) => {
                let length = skip(rest, bytes);
                if *rest == 0 {
                    self.expect(Length::Chunked);
                }
                return length;
            }
            Part::Head { empty, .. } | Part::Trailer { empty } => {
                // Most of a head is read in steps of whole lines.
                let line = memchr::memchr(b'\n', bytes);
                let length = line.unwrap_or(bytes.len());
                *empty &= bytes[..length].iter().all(|byte| *byte == b'\r');
                match line {
                    None => return length,
                    Some(_) if *empty => self.0 = Part::End,
                    Some(_) => {
                        *empty = true;
                        if let Part::Head { is_first, .. } = &mut self.0 {
                            *is_first = false;
                        }
                    }
                }
                return length + 1;
            }
            Part::Size { size, ended } => match (bytes[0], char::from(bytes[0]).to_digit(16)) {
                (b'\n', _) if *size == 0 => self.0 = Part::Trailer { empty: true },
                (b'\n', _) => self.0 = Part::Chunk(size.saturating_add(2)),
                (_, Some(digit)) if !*ended => {
                    *size = size.saturating_mul(16).saturating_add(digit.into());
                }
                _ => *ended = true,
            },
            Part::End => {}
        }
        1
    }
}

/// Takes as many bytes off `rest` as there are in `bytes`; returns how many.
fn skip(rest: &mut u64, bytes: &[u8]) -> usize {
    let length = usize::try_from(*rest)
        .unwrap_or(usize::MAX)
        .min(bytes.len());
    *rest -= length as u64;
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEXT: &str = "HEAD / HTTP/1.1\r\n\r\n";

    /// What of `head`, `body` and the request after them is admitted, fed in pieces of `piece` bytes.
    fn admitted(head: &str, length: Length, body: &str, piece: usize) -> String {
        let all = [head, body, NEXT].concat();
        let (mut framing, mut read, mut told) = (Framing::default(), 0, false);
        while read < all.len() {
            let end = all.len().min(read + piece);
            read += framing.advance(&all.as_bytes()[read..end]);
            if framing.is_at_end() && told {
                break;
            }
            if framing.is_at_end() {
                assert_eq!(read, head.len());
                framing.expect(length);
                told = true;
            }
        }
        all[..read].to_owned()
    }

    #[test]
    fn a_request_ends_where_its_body_does() {
        let chunks = "5\r\nab\r\n\r\r\n1f;x=\"7\"\r\n0123456789012345678901234567890\r\n0\r\n\r\n";
        let trailers = "1 \r\n\n\r\n000;a\r\nx: 1\r\n: \r\ny: 2\r\n\r\n";
        for head in [
            "POST / HTTP/1.1\r\nhost: x\r\n\r\n",
            "POST / HTTP/1.1\nhost: x\n\n",
        ] {
            for (length, body) in [
                (Length::Known(0), ""),
                (Length::Known(7), "\r\n\r\n\r\n\n"),
                (Length::Chunked, "0\r\n\r\n"),
                (Length::Chunked, chunks),
                (Length::Chunked, trailers),
            ] {
                for piece in [1, 2, 3, 7, 1000] {
                    let expected = [head, body].concat();
                    assert_eq!(admitted(head, length, body, piece), expected, "{piece}");
                }
            }
        }
    }

    #[test]
    fn an_absurd_chunk_size_is_a_long_chunk() {
        let mut framing = Framing::default();
        framing.expect(Length::Chunked);
        let text = "ffffffffffffffffffff\r\n".repeat(3);
        assert_eq!(framing.advance(text.as_bytes()), text.len());
        assert!(!framing.is_at_end());
    }
}
