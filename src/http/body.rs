//! From bytes to what a client sent: JSON, a form, or a multipart form (`http-conventions.md` 3).

use std::{cell::Cell, fmt};

use actix_web::web::Bytes;

use super::{
    budget::{Full, Reservation},
    error::{Refusal, Result},
};
use crate::{
    domain::Form,
    model::{Charset, Contract, Json, parse_json_text, weigh_json},
};

/// The largest body read, in bytes.
pub const BODY_LIMIT: usize = 20 << 20;

/// How much of a body is received before it is known that its sender may send it, in bytes; also the most of a body that is
/// searched for a key.
pub const PREVIEW: usize = 64 << 10;

/// The most bytes of memory that reading a body takes for each of its own: of JSON that is all commas.
const GROWTH: usize = 128;

/// The most fields that a form may have.
pub const FIELD_LIMIT: usize = 1000;

#[derive(Debug)]
pub enum ParsedBody {
    Empty,
    /// A JSON object or a form.
    Form(Form),
    Json(Json),
}

/// Why a request does not have its body.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Missing {
    /// It has so many bytes, as far as is known, which is more than were received.
    TooLong(usize),
    /// There is no memory for it.
    Busy,
}

/// A multipart form, taken apart.
#[derive(Default)]
pub struct Multipart {
    pub fields: Vec<(String, String)>,
    /// The names of the fields that are files, whose contents no endpoint takes.
    pub files: Vec<String>,
}

/// A body as it came.
pub struct RawBody {
    /// The bytes; none if the body is missing.
    pub bytes: Bytes,
    /// Why the body is missing, if it is.
    pub missing: Option<Missing>,
    /// A multipart form until it is read; `None` for another type and for one that is broken.
    multipart: Cell<Option<Multipart>>,
    /// The memory held by the bytes and all that is made of them.
    pub reservation: Reservation,
}

impl fmt::Debug for RawBody {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_struct("RawBody").finish_non_exhaustive() // bodies hold secrets
    }
}

impl RawBody {
    /// A body that is there.
    pub fn new(bytes: Bytes, multipart: Option<Multipart>, reservation: Reservation) -> RawBody {
        RawBody {
            bytes,
            missing: None,
            multipart: Cell::new(multipart),
            reservation,
        }
    }

    /// A body that is not there.
    pub fn missing(missing: Missing, reservation: Reservation) -> RawBody {
        RawBody {
            bytes: Bytes::new(),
            missing: Some(missing),
            multipart: Cell::new(None),
            reservation,
        }
    }

    /// Whether it is so short that it can be parsed without waiting for others.
    pub fn is_brief(&self) -> bool {
        self.reservation.is_brief(GROWTH * self.bytes.len())
    }

    /// What the body says, read as `content_type` declares it.
    ///
    /// Errors: `Parse`, `UnsupportedMedia`; `TooLarge` and `Unavailable` if it is missing or has no room when read.
    pub fn parse(&self, content_type: &str, contract: Contract) -> Result<ParsedBody> {
        match self.missing {
            Some(Missing::TooLong(_)) => return Err(Refusal::TooLarge),
            Some(Missing::Busy) => return Err(Full::Busy.into()),
            None if self.bytes.is_empty() => return Ok(ParsedBody::Empty),
            None => {}
        }
        match essence(content_type).as_str() {
            "application/json" => self.json_body(content_type, contract),
            "application/x-www-form-urlencoded" => {
                self.form(self.pairs(charset(content_type))?, Vec::new())
            }
            "multipart/form-data" => match self.multipart.take() {
                Some(Multipart { fields, files }) => self.form(fields, files),
                None => Err(Refusal::Parse(
                    "Multipart form parse error - the form cannot be read.".into(),
                )),
            },
            _ => Err(Refusal::UnsupportedMedia(content_type.into())),
        }
    }

    fn json_body(&self, content_type: &str, contract: Contract) -> Result<ParsedBody> {
        let charset = charset(content_type);
        self.reservation
            .grow_blocking(charset.growth() * self.bytes.len())?;
        // What is weighed is the decoded text: a quote or a comma of another encoding would mislead.
        let parsed = match charset.decode(&self.bytes) {
            Ok(text) => match weigh_json(text.as_bytes()) {
                Ok(weight) => {
                    self.reservation.grow_blocking(weight)?;
                    parse_json_text(&text)
                }
                Err(too_many) => Err(too_many),
            },
            Err(undecodable) => Err(undecodable),
        };
        match parsed {
            Ok(Json::Object(fields)) => Ok(ParsedBody::Form(Form::object(fields))),
            Ok(value) => Ok(ParsedBody::Json(value)),
            // The reference page's curl examples declare JSON and send a form: see the README's table of contracts.
            Err(_) if contract == Contract::Documented && reads_as_form(&self.bytes) => {
                let pairs = self.pairs(Charset::Utf8)?;
                self.form(pairs.into_iter().map(unquoted).collect(), Vec::new())
            }
            Err(problem) => Err(Refusal::Parse(format!("JSON parse error - {problem}"))),
        }
    }

    /// The pairs of a URL-encoded form. Splitting ends after the most fields that a form may have.
    fn pairs(&self, charset: Charset) -> Result<Vec<(String, String)>> {
        self.reservation
            .grow_blocking((1 + 2 * charset.growth()) * self.bytes.len())?;
        if charset != Charset::Utf8 {
            return Ok(charset.pairs(&self.bytes, FIELD_LIMIT + 1));
        }
        let pairs = form_urlencoded::parse(&self.bytes).into_owned();
        Ok(pairs.take(FIELD_LIMIT + 1).collect())
    }

    fn form(&self, fields: Vec<(String, String)>, files: Vec<String>) -> Result<ParsedBody> {
        if fields.len().max(files.len()) > FIELD_LIMIT {
            let detail = format!("Form parse error - more than {FIELD_LIMIT} fields.");
            return Err(Refusal::Parse(detail));
        }
        // A field may hold JSON, which is parsed when the field is read.
        for (_, value) in &fields {
            if value.trim_start().starts_with(['[', '{']) {
                self.reservation
                    .grow_blocking(weigh_json(value.as_bytes()).unwrap_or_default())?;
            }
        }
        Ok(ParsedBody::Form(Form::multipart(fields, files)))
    }
}

impl From<Full> for Refusal {
    fn from(full: Full) -> Refusal {
        match full {
            Full::Busy => Refusal::busy("body_memory"),
            Full::TooLarge => Refusal::TooLarge,
        }
    }
}

/// `name=value` pairs joined by `&`, as `curl -d name=value -d …` sends them: every piece has a name of letters.
fn reads_as_form(bytes: &[u8]) -> bool {
    let is_name = |name: &str| {
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || b"_.[]-".contains(&byte);
        !name.is_empty()
            && name.bytes().all(letters)
            && name.starts_with(|first: char| first.is_ascii_alphabetic())
    };
    let is_pair = |piece: &str| piece.split_once('=').is_some_and(|(name, _)| is_name(name));
    std::str::from_utf8(bytes).is_ok_and(|text| text.trim().split('&').all(is_pair))
}

/// The page writes `-d label="string"`: where a shell keeps the quotes, they are no part of the value.
fn unquoted((name, value): (String, String)) -> (String, String) {
    let inner = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .map(str::to_owned);
    (name, inner.unwrap_or(value))
}

/// The type without its parameters, in lower case.
pub fn essence(content_type: &str) -> String {
    content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

/// The encoding that the type declares.
pub fn charset(content_type: &str) -> Charset {
    let parameters = content_type
        .split(';')
        .skip(1)
        .filter_map(|parameter| parameter.trim().split_once('='));
    let mut charsets = parameters.filter(|(name, _)| name.eq_ignore_ascii_case("charset"));
    let named = charsets.next();
    named.map_or(Charset::Utf8, |(_, name)| {
        Charset::named(name.trim_matches('"'))
    })
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use super::{super::budget::Budget, *};

    #[test]
    fn a_brief_body_is_parsed_without_a_place() {
        let budget = Arc::new(Budget::new(8 << 20, Duration::ZERO, 0));
        let raw = |text: &str| RawBody::new(text.to_owned().into(), None, budget.reserve());
        let (json, form) = ("application/json", "application/x-www-form-urlencoded");
        for (kind, unit) in [
            (json, "["),
            (json, ","),
            (json, "0,"),
            (json, "{\"\":"),
            ("application/json; charset=ascii", ","),
            ("application/json; charset=latin-1", ","),
            (form, "a&"),
            (form, "[,"),
            ("application/x-www-form-urlencoded; charset=latin-1", "a=["),
        ] {
            let times = (1..).find(|times| !raw(&unit.repeat(*times)).is_brief());
            let brief = raw(&unit.repeat(times.unwrap() - 1));
            let parsed = brief.parse(kind, Contract::Live);
            let waits = matches!(parsed, Err(Refusal::Outage(_)));
            assert!(brief.bytes.len() > 1000 && !waits, "{kind} {unit}");
        }
        let long = raw(&"0,".repeat(10_000));
        let waits = matches!(long.parse(json, Contract::Live), Err(Refusal::Outage(_)));
        assert!(waits && !long.is_brief());
    }

    #[test]
    fn only_pairs_with_names_read_as_a_form() {
        for form in [
            "a=b",
            "label=x&scopes=a:b&scopes=c:d",
            "created_at=\"string\"",
            "a=",
        ] {
            assert!(reads_as_form(form.as_bytes()), "{form}");
        }
        for other in [
            "",
            "{\"a\": \"b=c\"",
            "abc",
            "=b",
            "a=b&c",
            "[1=2]",
            "tru",
            "1=2",
        ] {
            assert!(!reads_as_form(other.as_bytes()), "{other}");
        }
    }
}
