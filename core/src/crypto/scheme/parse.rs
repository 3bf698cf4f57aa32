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
    crypto::{cursor::Cursor, encoding::Encoding},
    error::{Error, ErrorCode},
};

/// The deepest nesting of functions: more than anybody signs, and far less than a stack holds.
const DEEPEST: usize = 8;

impl Scheme {
    /// Reads a scheme, or the name of a preset; it may be one that authenticates nobody.
    pub(in crate::crypto) fn parse_any(text: &str) -> Result<Self, Error> {
        let text = presets::spelling(text).unwrap_or(text);
        let mut reader = Reader { text: Cursor::new(text, "scheme", ErrorCode::InvalidScheme), depth: 0 };
        let scheme = reader.scheme()?;
        if reader.text.rest().is_empty() {
            return Ok(scheme);
        }
        Err(reader.text.expected(reader.text.at(), "`+` and a part, `;` and an option, or the end"))
    }
}

struct Reader<'a> {
    text: Cursor<'a>,
    depth: usize,
}

impl Reader<'_> {
    fn scheme(&mut self) -> Result<Scheme, Error> {
        let digest = self.digest()?;
        self.text.expect(":")?;
        let encoding = self.encoding()?;
        if (encoding == Encoding::Text) != (digest == Digest::None) {
            return Err(self.text.expected(
                self.text.at(),
                "another encoding (`text` belongs to the digest `none`, the others to all others)",
            ));
        }
        self.text.expect(":")?;
        let message = self.parts()?;
        let mut scheme = Scheme { digest, encoding, message, ..Scheme::default() };
        while self.text.take(";") {
            self.option(&mut scheme)?;
        }
        Ok(scheme)
    }

    fn digest(&mut self) -> Result<Digest, Error> {
        let start = self.text.at();
        let word = self.text.word();
        if word == "none" {
            return Ok(Digest::None);
        }
        if let Some(hash) = Hash::from_name(word) {
            return Ok(Digest::Plain(hash));
        }
        let Some(hash) = word.strip_prefix("hmac-").and_then(Hash::from_name) else {
            return Err(self.text.expected(
                start,
                "a digest (hmac-sha256, hmac-sha1, hmac-md5, hmac-sha384, hmac-sha512, sha256, sha1, md5, \
                 sha384, sha512 or none) or the name of a preset",
            ));
        };
        let key = if self.text.take("(") { self.closed()? } else { vec![Part::Secret] };
        Ok(Digest::Hmac(hash, key))
    }

    fn encoding(&mut self) -> Result<Encoding, Error> {
        let start = self.text.at();
        let word = self.text.word();
        let found = if word == "base64" && self.text.take("(hex)") {
            Some(Encoding::Base64OfHex)
        } else {
            Encoding::from_name(word)
        };
        found.ok_or_else(|| self.text.expected(start, "an encoding (hex, HEX, base64, base64url or base64(hex))"))
    }

    /// Parts joined by `+`.
    fn parts(&mut self) -> Result<Vec<Part>, Error> {
        let mut parts = vec![self.part()?];
        while self.text.take("+") {
            parts.push(self.part()?);
        }
        Ok(parts)
    }

    /// Parts and the parenthesis behind them.
    fn closed(&mut self) -> Result<Vec<Part>, Error> {
        let parts = self.parts()?;
        self.text.expect(")")?;
        Ok(parts)
    }

    fn part(&mut self) -> Result<Part, Error> {
        if self.text.is_before("'") {
            return Ok(Part::Literal(self.text.literal()?));
        }
        let start = self.text.at();
        let word = self.text.word();
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
        if !self.text.take("(") {
            return Err(self.text.expected(
                start,
                "a part (body, plain, secret, key, url, path, method, 'literal', header(Name), query(name), \
                 field(/pointer), params(&,=), time(part), or a function of parts)",
            ));
        }
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.text.expected(self.text.at(), "fewer parentheses inside each other"));
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
                self.text.expect(")")?;
                Part::Time(Box::new(part))
            }
            "upper" => Part::Apply(Function::Upper, self.closed()?),
            "lower" => Part::Apply(Function::Lower, self.closed()?),
            "percent" => Part::Apply(Function::Percent, self.closed()?),
            "base64" => Part::Apply(Function::Base64, self.closed()?),
            "sorted" => {
                let mut parts = vec![self.part()?];
                while self.text.take(",") {
                    parts.push(self.part()?);
                }
                self.text.expect(")")?;
                Part::Apply(Function::Sorted, parts)
            }
            _ => {
                let Some(hash) = Hash::from_name(word) else {
                    return Err(self.text.expected(
                        start,
                        "header, query, field, params, time, md5, sha1, sha256, sha384, sha512, upper, lower, \
                         percent, base64 or sorted",
                    ));
                };
                let parts = self.parts()?;
                let encoding = if self.text.take(",") { self.encoding()? } else { Encoding::Hex };
                self.text.expect(")")?;
                Part::Apply(Function::Digest(hash, encoding), parts)
            }
        })
    }

    fn option(&mut self, scheme: &mut Scheme) -> Result<(), Error> {
        let start = self.text.at();
        match self.text.word() {
            "weak" => scheme.weak = true,
            "in" if self.text.take("=header(") => {
                let (name, item) = self.header()?;
                scheme.place = Place::Header(name, item);
            }
            "in" if self.text.take("=query(") => scheme.place = Place::Query(self.name()?),
            "in" if self.text.take("=field(") => scheme.place = Place::Field(self.pointer()?),
            "prefix" if self.text.take("=") => scheme.prefix = self.text.literal()?,
            "secret" if self.text.take("=") => {
                let prefix = if self.text.is_before("'") {
                    let prefix = self.text.literal()?;
                    self.text.expect("+")?;
                    prefix
                } else {
                    String::new()
                };
                scheme.secret = SecretForm { prefix, encoding: self.secret_encoding()? };
            }
            _ => {
                return Err(self.text.expected(start,
                    "an option (in=header(Name), in=query(name), in=field(/pointer), prefix='…', secret=hex, secret=base64, \
                     secret='…'+base64 or weak)",
                ));
            }
        }
        Ok(())
    }

    fn secret_encoding(&mut self) -> Result<Encoding, Error> {
        let start = self.text.at();
        match self.text.word() {
            "hex" => Ok(Encoding::Hex),
            "base64" => Ok(Encoding::Base64),
            "text" => Ok(Encoding::Text),
            _ => Err(self.text.expected(start, "the form of the secret (text, hex or base64)")),
        }
    }

    /// `Name)` or `Name,item)`.
    fn header(&mut self) -> Result<(String, Option<String>), Error> {
        let name = self.text.header_name(&[',', ')'])?;
        let item = if self.text.take(",") { Some(self.text.until(&[')']).to_owned()) } else { None };
        self.text.expect(")")?;
        Ok((name, item))
    }

    fn name(&mut self) -> Result<String, Error> {
        let name = self.text.until(&[')']);
        if name.is_empty() {
            return Err(self.text.expected(self.text.at(), "a name"));
        }
        self.text.expect(")")?;
        Ok(name.to_owned())
    }

    fn pointer(&mut self) -> Result<String, Error> {
        if !self.text.is_before("/") {
            return Err(self.text.expected(self.text.at(), "a JSON pointer, which begins with `/`"));
        }
        self.name()
    }

    /// `&,=)`, with `,query` or `,all` or both before the parenthesis.
    fn params(&mut self) -> Result<Params, Error> {
        let separator = self.argument()?;
        self.text.expect(",")?;
        let assign = self.argument()?;
        let of_query = self.text.take(",query");
        let all = self.text.take(",all");
        self.text.expect(")")?;
        Ok(Params { separator, assign, of_query, all })
    }

    /// A separator as it is, or as a literal.
    fn argument(&mut self) -> Result<String, Error> {
        if self.text.is_before("'") { self.text.literal() } else { Ok(self.text.until(&[',', ')']).to_owned()) }
    }
}
