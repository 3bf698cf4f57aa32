//! Forms of a body that is not as it was sent, recognized by its beginning: never by what it says.

use crate::crypto::decode_base64;

/// The length of the part of a body that is looked at.
const PREFIX: usize = 64;

/// The form of the body, and the remedy, in a sentence; `None` where it looks as a delivery should.
pub(super) fn of(body: &[u8]) -> Option<&'static str> {
    let start = body.get(..PREFIX).unwrap_or(body).trim_ascii_start();
    by_first_bytes(start)
        .or_else(|| of_base64(start))
        .or_else(|| (body.iter().all(|byte| *byte == 0)).then_some(if body.is_empty() { EMPTY } else { ZEROS }))
}

const EMPTY: &str = "the body is empty: something read it before";
const ZEROS: &str =
    "the body is nothing but zero bytes: a text was put where bytes belong (in Node.js, remove setEncoding)";

fn by_first_bytes(start: &[u8]) -> Option<&'static str> {
    let forms: [(&[&[u8]], &str); 8] = [
        (&[b"\x1f\x8b"], "the body is compressed with gzip: undo its Content-Encoding before"),
        (&[b"\x28\xb5\x2f\xfd"], "the body is compressed with zstd: undo its Content-Encoding before"),
        (&[b"\xff\xfe", b"\xfe\xff", b"{\0", b"\0{"], "the body is UTF-16: pass the bytes as they came"),
        (&[b"\xef\xbb\xbf"], "the body begins with a byte order mark, which something on the way may have added"),
        (&[b"[object "], "the body is the name of a JavaScript object: it was parsed before, pass the raw bytes"),
        (&[b"b'", b"b\""], "the body is how Python shows bytes: pass the bytes, and not str() of them"),
        (&[b"\"{", b"\"\\"], "the body is a JSON text within a JSON string: it was written as JSON twice"),
        (&[b"%7B", b"%7b"], "the body is percent-encoded: it was sent or read as a form, pass the raw bytes"),
    ];
    forms.iter().find(|(prefixes, _)| prefixes.iter().any(|prefix| start.starts_with(prefix))).map(|(_, form)| *form)
}

/// Base64 of what should not be in Base64, or Base64 that lost its `+`.
fn of_base64(start: &[u8]) -> Option<&'static str> {
    let text = start.trim_ascii_end();
    // An AES block in Base64 has 24 characters, which few other texts without punctuation have.
    if text.len() >= 24 && text.contains(&b' ') && text.iter().all(|byte| is_base64(*byte) || *byte == b' ') {
        return Some("the body has spaces where Base64 has `+`: it was read as a form, pass the raw bytes");
    }
    let whole = text.get(..text.len() / 4 * 4)?;
    let decoded = decode_base64(whole)?;
    let inside = decoded.trim_ascii_start();
    let is_json = inside.starts_with(b"{") || inside.starts_with(b"\xef\xbb\xbf{");
    let is_base64 = decoded.len() >= PREFIX / 2 && decoded.iter().all(|byte| is_base64(*byte));
    let is_gzip = decoded.starts_with(b"\x1f\x8b");
    (is_json || is_base64 || is_gzip).then_some(
        "the body is in Base64 once more than it was sent, as AWS Lambda gives it with isBase64Encoded: decode it before",
    )
}

const fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_that_was_changed_on_the_way_is_named_by_its_form() {
        let long = "qbj8cnqKnqR66qDS49ib9ymU1mpMCyp8Dm0gS1VvmnEqTxPGSBzruAU1sapP+cye";
        let twice = "cWJqOGNucUtucVI2NnFEUzQ5aWI5eW1VMW1wTUN5cDhEbTBnUzFWdm1uRXFUeFBHU0J6cnVBVTFzYXBQK2N5ZQ==";
        for (body, form) in [
            (&b""[..], "empty"),
            (b"\0\0\0", "zero bytes"),
            (b"\x1f\x8b\x08\0", "gzip"),
            (b"\x28\xb5\x2f\xfd\0", "zstd"),
            (b"\xff\xfe{\0", "UTF-16"),
            (b"{\0\"\0", "UTF-16"),
            (b"\xef\xbb\xbf{}", "byte order mark"),
            (b"[object Object]", "JavaScript object"),
            (b"b'{}'", "Python"),
            (b"\"{\\\"a\\\":1}\"", "written as JSON twice"),
            (b"%7B%22a%22%3A1%7D", "percent-encoded"),
            (b"eyJhIjoxfQ==", "AWS Lambda"),
            (b"H4sIAAAAAAAA", "AWS Lambda"),
            (twice.as_bytes(), "AWS Lambda"),
            (long.replace('+', " ").as_bytes(), "spaces"),
        ] {
            let found = of(body).unwrap_or_default();
            assert!(found.contains(form), "{form}: {found}");
        }
        for body in [&b"{}"[..], b" {\"a\":1}", long.as_bytes(), b"[1]", b"no json"] {
            assert_eq!(of(body), None, "{body:?}");
        }
    }
}
