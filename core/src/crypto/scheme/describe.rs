//! A scheme in words.

use super::{
    digest::Hash,
    model::{Digest, Scheme},
    part::{Function, Params, Part},
};
use crate::crypto::encoding::Encoding;

impl Scheme {
    /// The construction in words, such as “HMAC-SHA-256 with the secret over the body; hex, in X-AIRudder-Sign”.
    #[must_use]
    pub fn describe(&self) -> String {
        let message = list(&self.message);
        let digest = match &self.digest {
            Digest::Hmac(hash, key) => format!("HMAC-{} with {} over {message}", name(*hash), list(key)),
            Digest::Plain(hash) => format!("{} of {message}", name(*hash)),
            Digest::None => message,
        };
        let encoding = match self.encoding {
            Encoding::Hex => "; hex",
            Encoding::HexUpper => "; hex in upper case",
            Encoding::Base64 => "; Base64",
            Encoding::Base64Url => "; Base64 for URLs",
            Encoding::Base64OfHex => "; Base64 of hex",
            Encoding::Text => "",
        };
        let prefix = if self.prefix.is_empty() { String::new() } else { format!(" behind `{}`", self.prefix) };
        format!("{digest}{encoding}, in {}{prefix}", self.place.describe())
    }
}

const fn name(hash: Hash) -> &'static str {
    match hash {
        Hash::Sha256 => "SHA-256",
        Hash::Sha1 => "SHA-1",
        Hash::Md5 => "MD5",
        Hash::Sha384 => "SHA-384",
        Hash::Sha512 => "SHA-512",
    }
}

/// Parts, joined as in a sentence.
fn list(parts: &[Part]) -> String {
    let words: Vec<String> = parts.iter().map(words).collect();
    match words.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [one, other] => format!("{one} and {other}"),
        [first @ .., last] => format!("{}, and {last}", first.join(", ")),
    }
}

fn words(part: &Part) -> String {
    match part {
        Part::Body => "the body".into(),
        Part::Plain => "the decrypted text".into(),
        Part::Secret => "the secret".into(),
        Part::Key => "the sign key".into(),
        Part::Url => "the URL".into(),
        Part::Path => "the URL's path".into(),
        Part::Method => "the HTTP method".into(),
        Part::Literal(text) => literal(text),
        Part::Header(name, None) => format!("the field {name}"),
        Part::Header(name, Some(item)) => format!("the item {item} of the field {name}"),
        Part::Query(name) => format!("the URL's parameter {name}"),
        Part::Field(pointer) => format!("the body's {pointer}"),
        Part::Params(params) => sorted(params),
        Part::Time(part) => format!("the time in {}", words(part)),
        Part::Apply(Function::Digest(hash, encoding), parts) => {
            format!("the {} ({}) of {}", name(*hash), encoding.as_str(), list(parts))
        }
        Part::Apply(Function::Upper, parts) => format!("({} in upper case)", list(parts)),
        Part::Apply(Function::Lower, parts) => format!("({} in lower case)", list(parts)),
        Part::Apply(Function::Percent, parts) => format!("({} percent-encoded)", list(parts)),
        Part::Apply(Function::Base64, parts) => format!("({} in Base64)", list(parts)),
        Part::Apply(Function::Sorted, parts) => format!("({}, sorted)", list(parts)),
    }
}

fn literal(text: &str) -> String {
    match text {
        "" => "nothing".into(),
        "." => "a full stop".into(),
        ":" => "a colon".into(),
        "&" => "an ampersand".into(),
        "|" => "a vertical bar".into(),
        "-" => "a hyphen".into(),
        "_" => "an underscore".into(),
        "," => "a comma".into(),
        "\n" => "a line feed".into(),
        other => format!("`{}`", other.replace('\n', "\\n")),
    }
}

fn sorted(params: &Params) -> String {
    let whose = if params.of_query { "the URL's" } else { "the body's" };
    let assign = if params.assign.is_empty() { "nothing".to_owned() } else { format!("`{}`", params.assign) };
    let separator = if params.separator.is_empty() { "nothing".to_owned() } else { format!("`{}`", params.separator) };
    format!("{whose} sorted parameters (with {assign} before a value and {separator} between them)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheme_reads_as_a_sentence() {
        for (scheme, words) in [
            ("hmac-sha256:hex:body", "HMAC-SHA-256 with the secret over the body; hex, in X-AIRudder-Sign"),
            (
                "stripe",
                "HMAC-SHA-256 with the secret over the time in the item t of the field Stripe-Signature, a full stop, and \
                 the body; hex, in Stripe-Signature (v1=…)",
            ),
            (
                "md5:HEX:params(&,=)+'&key='+secret;in=field(/sign)",
                "MD5 of the body's sorted parameters (with `=` before a value and `&` between them), `&key=`, and the \
                 secret; hex in upper case, in field `/sign` of the body",
            ),
            ("gitlab", "the secret, in X-Gitlab-Token"),
        ] {
            assert_eq!(scheme.parse::<Scheme>().unwrap().describe(), words);
        }
    }
}
