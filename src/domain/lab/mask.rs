//! Removes credentials from what is kept of requests and responses.

use crate::model::Secret;

/// How personal keys, project secret keys and tokens of OAuth begin. Project tokens, `phc_…`, are public.
const KEYS: [&[u8]; 4] = [b"phx_", b"phs_", b"pha_", b"phr_"];

/// How a JSON web token begins.
const WEB_TOKEN: &[u8] = b"eyJ";

/// What the token of a share or of the link to the admin page follows.
const LINKS: [&[u8]; 4] = [
    b"/shared/",
    b"/embedded/",
    b"/shared_dashboard/",
    b"/admin/login?token=",
];

/// The names of fields, parameters and cookies that hold a credential, in lower case and without `_`.
const NAMES: [&str; 13] = [
    "password",
    "currentpassword",
    "newpassword",
    "secret",
    "accesstoken",
    "refreshtoken",
    "personalapikey",
    "secretapitoken",
    "secretapitokenbackup",
    "sharingaccesstoken",
    "posthogsharingtoken",
    "sharetoken",
    "csrfmiddlewaretoken",
];

/// What the name of a part of a multipart form follows, which may stand there without quotes.
const PART: &[u8] = b"name=";

/// The longest of them, with every `_`, in bytes.
const LONGEST_NAME: usize = 30;

/// `bytes` with every credential masked as in the log: keys and web tokens wherever they stand, the tokens of shares in paths, and
/// the values of fields and parameters that hold a credential, in JSON, in a form, in a query string and in multipart.
pub fn masked(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let is_start = at == 0 || !is_word(bytes[at - 1]);
        let Some((skipped, length)) = credential(rest, is_start).filter(|(_, length)| *length > 0)
        else {
            out.push(bytes[at]);
            at += 1;
            continue;
        };
        let (before, secret) = rest[..skipped + length].split_at(skipped);
        let secret = Secret::new(String::from_utf8_lossy(secret));
        out.extend_from_slice(before);
        out.extend_from_slice(secret.mask().as_bytes());
        at += skipped + length;
    }
    out
}

/// How many bytes of `rest` stand before a credential, and how long that is, if `rest` begins with one or with what names one.
fn credential(rest: &[u8], is_start: bool) -> Option<(usize, usize)> {
    match rest[0] {
        b'p' if is_start && KEYS.iter().any(|key| rest.starts_with(key)) => {
            Some((0, run(rest, is_token)))
        }
        b'e' if is_start && rest.starts_with(WEB_TOKEN) => {
            let length = run(rest, |byte| is_token(byte) || byte == b'.');
            let dots = rest[..length].iter().filter(|byte| **byte == b'.').count();
            (dots >= 2).then_some((0, length))
        }
        b'/' => {
            let prefix = LINKS.iter().find(|prefix| rest.starts_with(prefix))?;
            Some((prefix.len(), run(&rest[prefix.len()..], is_token)))
        }
        b'"' => {
            let name = name(&rest[1..])?;
            let end = 1 + name;
            (rest.get(end) == Some(&b'"')).then(|| value(rest, end + 1))?
        }
        b'n' if is_start && rest.starts_with(PART) => {
            let name = name(&rest[PART.len()..])?;
            value(rest, PART.len() + name)
        }
        _ if is_start => {
            let name = name(rest)?;
            let is_pair = rest.get(name) == Some(&b'=');
            let start = name + 1;
            is_pair.then(|| (start, run(&rest[start..], is_plain)))
        }
        _ => None,
    }
}

/// The length of the name of a credential that `rest` begins with.
fn name(rest: &[u8]) -> Option<usize> {
    let length = run(rest, is_word);
    if length > LONGEST_NAME {
        return None;
    }
    let letters = rest[..length].iter().filter(|byte| **byte != b'_');
    let name: String = letters
        .map(|byte| char::from(byte.to_ascii_lowercase()))
        .collect();
    NAMES.contains(&&*name).then_some(length)
}

/// The value that follows the name which ends before `end`: of a member of JSON, or of a part of a multipart form.
fn value(rest: &[u8], end: usize) -> Option<(usize, usize)> {
    if rest[end..].starts_with(b"\r\n") || rest[end..].starts_with(b";") {
        let find = |from: usize, wanted: &[u8; 4]| {
            let mut windows = rest[from..].windows(4);
            windows.position(|four| four == wanted)
        };
        let start = end + find(end, b"\r\n\r\n")? + 4;
        let length = find(start, b"\r\n--"); // where the next part begins
        return Some((start, length.unwrap_or(rest.len() - start)));
    }
    let blanks = |from: usize| from + run(&rest[from..], |byte| byte.is_ascii_whitespace());
    let colon = blanks(end);
    if rest.get(colon) != Some(&b':') {
        return None;
    }
    let start = blanks(colon + 1);
    if rest.get(start) != Some(&b'"') {
        let length = run(&rest[start..], |byte| !b",}] \r\n".contains(&byte));
        let is_word = [&b"null"[..], b"true", b"false"].contains(&&rest[start..start + length]);
        return (!is_word).then_some((start, length));
    }
    let (mut length, mut is_escaped) = (0, false);
    for byte in &rest[start + 1..] {
        if *byte == b'"' && !is_escaped {
            break;
        }
        is_escaped = *byte == b'\\' && !is_escaped;
        length += 1;
    }
    Some((start + 1, length))
}

fn run(bytes: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    let end = bytes.iter().position(|byte| !belongs(*byte));
    end.unwrap_or(bytes.len())
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_token(byte: u8) -> bool {
    is_word(byte) || byte == b'-'
}

/// Whether a byte can belong to the value of a parameter.
fn is_plain(byte: u8) -> bool {
    !b"&;#\"'<> \t\r\n\\".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_masked_wherever_they_stand() {
        for (text, expected) in [
            ("phx_0123456789abcdef", "phx_...cdef"),
            ("Bearer phs_ab, phc_token", "Bearer ********, phc_token"),
            ("alphx_1 telegraphs_x", "alphx_1 telegraphs_x"),
            (
                r#"{"password": "a\"b,c", "note": "x"}"#,
                r#"{"password": "********", "note": "x"}"#,
            ),
            (r#"{"password":12345678}"#, r#"{"password":********}"#),
            (
                r#"{"password": null, "password_required": true}"#,
                r#"{"password": null, "password_required": true}"#,
            ),
            (
                r#"{"access_token":"0123456789abcdefgh"}"#,
                r#"{"access_token":"0123...efgh"}"#,
            ),
            (r#"{"password": "cut"#, r#"{"password": "********"#),
            ("a=1&password=x%20y&b=2", "a=1&password=********&b=2"),
            ("sharing_access_token=abc", "sharing_access_token=********"),
            (
                "https://h/shared/abc.json?x",
                "https://h/shared/********.json?x",
            ),
            ("eyJhbGciOiJIUzI1NiJ9.e30.signature", "eyJh...ture"),
            ("eyJust words", "eyJust words"),
            (
                "name=\"password\"\r\n\r\nhunter2\r\n--x",
                "name=\"password\"\r\n\r\n********\r\n--x",
            ),
            (
                "name=password\r\n\r\nhunter2\r\nmore\r\n--x",
                "name=password\r\n\r\n********\r\n--x",
            ),
            (
                "name=\"password\"; charset=utf-8\r\nA: b\r\n\r\nhunter2\r\n--x",
                "name=\"password\"; charset=utf-8\r\nA: b\r\n\r\n********\r\n--x",
            ),
            (
                "http://h/admin/login?token=0123456789abcdef_-",
                "http://h/admin/login?token=0123...ef_-",
            ),
            (
                "the password is in \"password\"",
                "the password is in \"password\"",
            ),
        ] {
            let masked = String::from_utf8(masked(text.as_bytes())).unwrap();
            assert_eq!(masked, expected);
        }
        assert_eq!(
            masked(b"\xff\"password\":\"\xfe\""),
            b"\xff\"password\":\"********\""
        );
    }
}
