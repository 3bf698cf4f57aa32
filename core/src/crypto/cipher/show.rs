//! A cipher as text.

use std::fmt;

use super::{
    frame::Frame,
    model::Cipher,
    place::{Aad, Iv, Place},
};
use crate::crypto::{encoding::Encoding, key::KeyForm};

impl fmt::Display for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let encoding = self.encoding.map_or("raw", Encoding::as_str);
        write!(f, "{}:{}:{encoding}", self.mode.as_str(), self.padding.as_str())?;
        match &self.iv {
            None => {}
            Some(Iv::Prefix) => f.write_str(":iv=prefix")?,
            Some(Iv::Key) => f.write_str(":iv=key")?,
            Some(Iv::Fixed(iv)) => write!(f, ":iv={}", Encoding::Hex.encode(iv))?,
            Some(Iv::At(place)) => write!(f, ":iv={place}")?,
        }
        if self.key != KeyForm::Text {
            write!(f, ":key={}", self.key.as_str())?;
        }
        match &self.aad {
            None => {}
            Some(Aad::At(place)) => write!(f, ":aad={place}")?,
            Some(Aad::Literal(text)) => write!(f, ":aad={}", quoted(text))?,
        }
        if let Some(pointer) = &self.wrap {
            write!(f, ":wrap={}", pointer_text(pointer))?;
        }
        match &self.frame {
            None => Ok(()),
            Some(Frame { id: None }) => f.write_str(":frame=wechat"),
            Some(Frame { id: Some(id) }) => write!(f, ":frame=wechat({})", quoted(id)),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name) => write!(f, "header({name})"),
            Self::Field(pointer) => write!(f, "field({})", pointer_text(pointer)),
        }
    }
}

/// A pointer, in quotes where it has what would end it.
fn pointer_text(pointer: &str) -> String {
    if pointer.contains([':', ')', '\'', '\\', '\n']) { quoted(pointer) } else { pointer.to_owned() }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'").replace('\n', r"\n"))
}
