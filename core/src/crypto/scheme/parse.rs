//! Reading the text of a scheme.

use super::{
    digest::Hash,
    model::{Digest, Scheme},
    part::{Function, Params, Part},
    place::Place,
    presets,
    secret::SecretForm,
};
use crate::{
    crypto::encoding::Encoding,
    error::{Error, ErrorCode},
};

/// The deepest nesting of functions: more than anybody signs, and far less than a stack holds.
const DEEPEST: usize = 8;

impl Scheme {
    /// Reads a scheme, or the name of a preset; it may be one that authenticates nobody.
    pub(in crate::crypto) fn parse_any(text: &str) -> Result<Self, Error> {
        let mut reader = Reader { text: presets::spelling(text).unwrap_or(text), at: 0, depth: 0 };
        let scheme = reader.scheme()?;
        if reader.rest().is_empty() {
            return Ok(scheme);
        }
        Err(reader.expected("`+` and a part, `;` and an option, or the end"))
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn scheme(&mut self) -> Result<Scheme, Error> {
        let digest = self.digest()?;
        self.require(":")?;
        let encoding = self.encoding()?;
        if (encoding == Encoding::Text) != (digest == Digest::None) {
            return Err(self.expected("an encoding: `text` belongs to the digest `none`, the others to all others"));
        }
        self.require(":")?;
        let message = self.parts()?;
        let mut scheme = Scheme { digest, encoding, message, ..Scheme::default() };
        while self.take(";") {
            self.option(&mut scheme)?;
        }
        Ok(scheme)
    }

    fn digest(&mut self) -> Result<Digest, Error> {
        let start = self.at;
        let word = self.word();
        if word == "none" {
            return Ok(Digest::None);
        }
        if let Some(hash) = Hash::from_name(word) {
            return Ok(Digest::Plain(hash));
        }
        let Some(hash) = word.strip_prefix("hmac-").and_then(Hash::from_name) else {
            self.at = start;
            return Err(self.expected(
                "a digest (hmac-sha256, hmac-sha1, hmac-md5, hmac-sha384, hmac-sha512, sha256, sha1, md5, \
                 sha384, sha512 or none) or the name of a preset",
            ));
        };
        let key = if self.take("(") { self.closed()? } else { vec![Part::Secret] };
        Ok(Digest::Hmac(hash, key))
    }

    fn encoding(&mut self) -> Result<Encoding, Error> {
        let start = self.at;
        let word = self.word();
        let found = if word == "base64" && self.take("(hex)") {
            Some(Encoding::Base64OfHex)
        } else {
            Encoding::from_name(word)
        };
        found.ok_or_else(|| {
            self.at = start;
            self.expected("an encoding: hex, HEX, base64, base64url or base64(hex)")
        })
    }

    /// Parts joined by `+`.
    fn parts(&mut self) -> Result<Vec<Part>, Error> {
        let mut parts = vec![self.part()?];
        while self.take("+") {
            parts.push(self.part()?);
        }
        Ok(parts)
    }

    /// Parts and the parenthesis behind them.
    fn closed(&mut self) -> Result<Vec<Part>, Error> {
        let parts = self.parts()?;
        self.require(")")?;
        Ok(parts)
    }

    fn part(&mut self) -> Result<Part, Error> {
        if self.rest().starts_with('\'') {
            return Ok(Part::Literal(self.literal()?));
        }
        let start = self.at;
        let word = self.word();
        let simple = match word {
            "body" => Some(Part::Body),
            "plain" => Some(Part::Plain),
            "secret" => Some(Part::Secret),
            "key" => Some(Part::Key),
            "url" => Some(Part::Url),
            "path" => Some(Part::Path),
            "method" => Some(Part::Method),
            _ => None,
        };
        if let Some(part) = simple {
            return Ok(part);
        }
        if !self.take("(") {
            self.at = start;
            return Err(self.expected(
                "a part: body, plain, secret, key, url, path, method, 'literal', header(Name), query(name), field(/pointer), \
                 params(&,=), time(part), or a function of parts",
            ));
        }
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.expected("fewer parentheses inside each other"));
        }
        let part = self.call(word, start)?;
        self.depth -= 1;
        Ok(part)
    }

    /// What stands in parentheses behind a name.
    fn call(&mut self, word: &str, start: usize) -> Result<Part, Error> {
        Ok(match word {
            "header" => {
                let (name, item) = self.header()?;
                Part::Header(name, item)
            }
            "query" => Part::Query(self.name()?),
            "field" => Part::Field(self.pointer()?),
            "params" => Part::Params(self.params()?),
            "time" => {
                let part = self.part()?;
                self.require(")")?;
                Part::Time(Box::new(part))
            }
            "upper" => Part::Apply(Function::Upper, self.closed()?),
            "lower" => Part::Apply(Function::Lower, self.closed()?),
            "percent" => Part::Apply(Function::Percent, self.closed()?),
            "base64" => Part::Apply(Function::Base64, self.closed()?),
            "sorted" => {
                let mut parts = vec![self.part()?];
                while self.take(",") {
                    parts.push(self.part()?);
                }
                self.require(")")?;
                Part::Apply(Function::Sorted, parts)
            }
            _ => {
                let Some(hash) = Hash::from_name(word) else {
                    self.at = start;
                    return Err(self.expected(
                        "header, query, field, params, time, md5, sha1, sha256, sha384, sha512, upper, lower, \
                         percent, base64 or sorted",
                    ));
                };
                let parts = self.parts()?;
                let encoding = if self.take(",") { self.encoding()? } else { Encoding::Hex };
                self.require(")")?;
                Part::Apply(Function::Digest(hash, encoding), parts)
            }
        })
    }

    fn option(&mut self, scheme: &mut Scheme) -> Result<(), Error> {
        let start = self.at;
        match self.word() {
            "weak" => scheme.weak = true,
            "in" if self.take("=header(") => {
                let (name, item) = self.header()?;
                scheme.place = Place::Header(name, item);
            }
            "in" if self.take("=query(") => scheme.place = Place::Query(self.name()?),
            "in" if self.take("=field(") => scheme.place = Place::Field(self.pointer()?),
            "prefix" if self.take("=") => scheme.prefix = self.literal()?,
            "secret" if self.take("=") => {
                let prefix = if self.rest().starts_with('\'') {
                    let prefix = self.literal()?;
                    self.require("+")?;
                    prefix
                } else {
                    String::new()
                };
                scheme.secret = SecretForm { prefix, encoding: self.secret_encoding()? };
            }
            _ => {
                self.at = start;
                return Err(self.expected(
                    "an option: in=header(Name), in=query(name), in=field(/pointer), prefix='…', secret=hex, secret=base64, \
                     secret='…'+base64 or weak",
                ));
            }
        }
        Ok(())
    }

    fn secret_encoding(&mut self) -> Result<Encoding, Error> {
        let start = self.at;
        match self.word() {
            "hex" => Ok(Encoding::Hex),
            "base64" => Ok(Encoding::Base64),
            "text" => Ok(Encoding::Text),
            _ => {
                self.at = start;
                Err(self.expected("the form of the secret: text, hex or base64"))
            }
        }
    }

    /// `Name)` or `Name,item)`.
    fn header(&mut self) -> Result<(String, Option<String>), Error> {
        let name = self.until(&[',', ')']);
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)) {
            return Err(self.expected("the name of a header field"));
        }
        let item = if self.take(",") { Some(self.until(&[')']).to_owned()) } else { None };
        self.require(")")?;
        Ok((name.to_owned(), item))
    }

    fn name(&mut self) -> Result<String, Error> {
        let name = self.until(&[')']);
        if name.is_empty() {
            return Err(self.expected("a name"));
        }
        self.require(")")?;
        Ok(name.to_owned())
    }

    fn pointer(&mut self) -> Result<String, Error> {
        if !self.rest().starts_with('/') {
            return Err(self.expected("a JSON pointer, which begins with `/`"));
        }
        self.name()
    }

    /// `&,=)`, with `,query` or `,all` or both before the parenthesis.
    fn params(&mut self) -> Result<Params, Error> {
        let separator = self.argument()?;
        self.require(",")?;
        let assign = self.argument()?;
        let of_query = self.take(",query");
        let all = self.take(",all");
        self.require(")")?;
        Ok(Params { separator, assign, of_query, all })
    }

    /// A separator as it is, or as a literal.
    fn argument(&mut self) -> Result<String, Error> {
        if self.rest().starts_with('\'') { self.literal() } else { Ok(self.until(&[',', ')']).to_owned()) }
    }

    /// `'text'`, with `\'`, `\\` and `\n` in it.
    fn literal(&mut self) -> Result<String, Error> {
        self.require("'")?;
        let mut text = String::new();
        let mut rest = self.rest().char_indices();
        while let Some((at, character)) = rest.next() {
            match character {
                '\'' => {
                    self.at += at + 1;
                    return Ok(text);
                }
                '\\' => match rest.next() {
                    Some((_, 'n')) => text.push('\n'),
                    Some((_, escaped @ ('\'' | '\\'))) => text.push(escaped),
                    _ => {
                        self.at += at;
                        return Err(self.expected("\\n, \\' or \\\\ in a literal"));
                    }
                },
                other => text.push(other),
            }
        }
        self.at = self.text.len();
        Err(self.expected("the closing quote of a literal"))
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn take(&mut self, token: &str) -> bool {
        let is_next = self.rest().starts_with(token);
        if is_next {
            self.at += token.len();
        }
        is_next
    }

    fn require(&mut self, token: &str) -> Result<(), Error> {
        if self.take(token) { Ok(()) } else { Err(self.expected(&format!("`{token}`"))) }
    }

    fn word(&mut self) -> &'a str {
        let is_word = |character: char| character.is_ascii_alphanumeric() || character == '-';
        let rest = self.rest();
        self.until_index(rest.find(|character| !is_word(character)))
    }

    fn until(&mut self, ends: &[char]) -> &'a str {
        let rest = self.rest();
        self.until_index(rest.find(ends))
    }

    fn until_index(&mut self, end: Option<usize>) -> &'a str {
        let rest = self.rest();
        let taken = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        self.at += taken.len();
        taken
    }

    fn expected(&self, what: &str) -> Error {
        let character = self.text.get(..self.at).unwrap_or_default().chars().count() + 1;
        let found: String = self.rest().chars().take(12).collect();
        let found = if found.is_empty() { "its end".to_owned() } else { format!("`{found}`") };
        let why = format!(
            "the scheme has {found} at character {character}, where it needs {what}; a scheme is, for instance, hmac-sha256:hex:body"
        );
        Error::new(ErrorCode::InvalidScheme, why)
    }
}
