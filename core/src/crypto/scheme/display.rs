//! Writing a scheme as the text that gives it.

use std::fmt::{self, Display, Formatter, Write};

use super::{
    model::{Digest, Scheme},
    part::{Function, Params, Part},
    place::Place,
    secret::SecretForm,
};
use crate::crypto::encoding::Encoding;

impl Display for Scheme {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:", self.digest, self.encoding.as_str())?;
        parts(f, &self.message, "+")?;
        if self.place != Place::default() {
            write!(f, ";in={}", self.place)?;
        }
        if !self.prefix.is_empty() {
            f.write_str(";prefix=")?;
            literal(f, &self.prefix)?;
        }
        if self.secret != SecretForm::default() {
            f.write_str(";secret=")?;
            if !self.secret.prefix.is_empty() {
                literal(f, &self.secret.prefix)?;
                f.write_str("+")?;
            }
            f.write_str(self.secret.encoding.as_str())?;
        }
        if self.weak { f.write_str(";weak") } else { Ok(()) }
    }
}

impl Display for Digest {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hmac(hash, key) => {
                write!(f, "hmac-{}", hash.as_str())?;
                if **key == [Part::Secret] { Ok(()) } else { call(f, "", key, "+") }
            }
            Self::Plain(hash) => f.write_str(hash.as_str()),
            Self::None => f.write_str("none"),
        }
    }
}

impl Display for Place {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name, item) => header(f, name, item.as_deref()),
            Self::Query(name) => write!(f, "query({name})"),
            Self::Field(pointer) => write!(f, "field({pointer})"),
        }
    }
}

impl Display for Part {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Body => f.write_str("body"),
            Self::Plain => f.write_str("plain"),
            Self::Secret => f.write_str("secret"),
            Self::Key => f.write_str("key"),
            Self::Url => f.write_str("url"),
            Self::Path => f.write_str("path"),
            Self::Method => f.write_str("method"),
            Self::Literal(text) => literal(f, text),
            Self::Header(name, item) => header(f, name, item.as_deref()),
            Self::Query(name) => write!(f, "query({name})"),
            Self::Field(pointer) => write!(f, "field({pointer})"),
            Self::Params(params) => params.fmt(f),
            Self::Time(part) => write!(f, "time({part})"),
            Self::Apply(Function::Digest(hash, encoding), inner) => {
                write!(f, "{}(", hash.as_str())?;
                parts(f, inner, "+")?;
                if *encoding != Encoding::Hex {
                    write!(f, ",{}", encoding.as_str())?;
                }
                f.write_str(")")
            }
            Self::Apply(Function::Sorted, inner) => call(f, "sorted", inner, ","),
            Self::Apply(Function::Upper, inner) => call(f, "upper", inner, "+"),
            Self::Apply(Function::Lower, inner) => call(f, "lower", inner, "+"),
            Self::Apply(Function::Percent, inner) => call(f, "percent", inner, "+"),
            Self::Apply(Function::Base64, inner) => call(f, "base64", inner, "+"),
        }
    }
}

impl Display for Params {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("params(")?;
        argument(f, &self.separator)?;
        f.write_str(",")?;
        argument(f, &self.assign)?;
        f.write_str(if self.of_query { ",query" } else { "" })?;
        f.write_str(if self.all { ",all)" } else { ")" })
    }
}

fn call(f: &mut Formatter<'_>, name: &str, inner: &[Part], separator: &str) -> fmt::Result {
    write!(f, "{name}(")?;
    parts(f, inner, separator)?;
    f.write_str(")")
}

fn parts(f: &mut Formatter<'_>, parts: &[Part], separator: &str) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(separator)?;
        }
        part.fmt(f)?;
    }
    Ok(())
}

fn header(f: &mut Formatter<'_>, name: &str, item: Option<&str>) -> fmt::Result {
    match item {
        Some(item) => write!(f, "header({name},{item})"),
        None => write!(f, "header({name})"),
    }
}

fn argument(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    if text.contains([',', ')', '\'', '\\', '\n']) { literal(f, text) } else { f.write_str(text) }
}

fn literal(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str("'")?;
    for character in text.chars() {
        match character {
            '\n' => f.write_str("\\n")?,
            '\'' | '\\' => write!(f, "\\{character}")?,
            other => f.write_char(other)?,
        }
    }
    f.write_str("'")
}
