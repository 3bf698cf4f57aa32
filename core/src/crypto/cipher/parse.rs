//! Reading a cipher.

use std::str::FromStr;

use super::{
    frame::Frame,
    model::{Cipher, Mode},
    padding::Padding,
    place::{Aad, Iv, Place},
    presets::PRESETS,
};
use crate::{
    crypto::{cursor::Cursor, encoding::Encoding, key::KeyForm},
    error::{Error, ErrorCode},
};

impl FromStr for Cipher {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let preset = PRESETS.iter().find(|(name, _)| *name == text);
        let text = preset.map_or(text, |(_, spelling)| spelling);
        Reader { text: Cursor::new(text, "cipher", ErrorCode::InvalidCipher) }.cipher()
    }
}

struct Reader<'a> {
    text: Cursor<'a>,
}

const ENCODINGS: [Encoding; 3] = [Encoding::Base64, Encoding::Base64Url, Encoding::Hex];

impl<'a> Reader<'a> {
    fn cipher(mut self) -> Result<Cipher, Error> {
        let mode = self.one_of(
            "the mode",
            |word| Mode::ALL.into_iter().find(|mode| mode.as_str() == word),
            || {
                let names: Vec<&str> = PRESETS.iter().map(|(name, _)| *name).collect();
                format!("aes-ecb, aes-cbc, aes-gcm, or a whole preset ({})", names.join(", "))
            },
        )?;
        self.text.expect(":")?;
        let fits = |padding: &Padding| (mode == Mode::Gcm) == (*padding == Padding::None);
        let padding = self.one_of(
            "the padding",
            |word| Padding::ALL.into_iter().filter(fits).find(|padding| padding.as_str() == word),
            || if mode == Mode::Gcm { "none in GCM" } else { "zero, pkcs7 or pkcs7-32" }.into(),
        )?;
        self.text.expect(":")?;
        let encoding = self.one_of(
            "the encoding",
            |word| match ENCODINGS.into_iter().find(|encoding| encoding.as_str() == word) {
                None => (word == "raw").then_some(None),
                known => Some(known),
            },
            || "base64, base64url, hex or raw".into(),
        )?;
        let mut cipher = Cipher { mode, padding, encoding, ..Cipher::default() };
        let mut given = Vec::new();
        while !self.text.rest().is_empty() {
            self.text.expect(":")?;
            self.option(&mut cipher, &mut given)?;
        }
        self.check(&cipher)?;
        Ok(cipher)
    }

    fn option(&mut self, cipher: &mut Cipher, given: &mut Vec<&'a str>) -> Result<(), Error> {
        let start = self.text.at();
        let name = self.word();
        if given.contains(&name) {
            return Err(self.text.error(start, &format!("`{name}` is given twice")));
        }
        if !matches!(name, "iv" | "key" | "aad" | "wrap" | "frame") {
            return Err(self.text.error(start, "an option is iv=, key=, aad=, wrap= or frame="));
        }
        self.text.expect("=")?;
        given.push(name);
        match name {
            "iv" if cipher.mode == Mode::Ecb => return Err(self.text.error(start, "aes-ecb has no iv")),
            "iv" => cipher.iv = Some(self.iv(cipher.mode)?),
            "key" => {
                let forms = || "text, hex, base64, sha256 or md5".into();
                cipher.key = self.one_of("the form of the key", KeyForm::from_name, forms)?;
            }
            "aad" if cipher.mode != Mode::Gcm => return Err(self.text.error(start, "only aes-gcm has aad")),
            "aad" => cipher.aad = Some(self.aad()?),
            "wrap" if cipher.encoding.is_none() => {
                return Err(self.text.error(start, "a JSON field holds no raw bytes: take base64 or hex"));
            }
            "wrap" => cipher.wrap = Some(self.pointer(':')?),
            _ => cipher.frame = Some(self.frame()?),
        }
        Ok(())
    }

    /// Checks what depends on several options.
    fn check(&self, cipher: &Cipher) -> Result<(), Error> {
        let end = self.text.at();
        if cipher.mode != Mode::Ecb && cipher.iv.is_none() {
            let mode = cipher.mode.as_str();
            return Err(self.text.error(end, &format!("{mode} needs an iv: {}", ivs(cipher.mode))));
        }
        let in_body = matches!(&cipher.iv, Some(Iv::At(Place::Field(_))))
            || matches!(&cipher.aad, Some(Aad::At(Place::Field(_))));
        if in_body && cipher.wrap.is_none() {
            return Err(self
                .text
                .error(end, "with field(…) the encrypted text is in a JSON body, too: say where by wrap=/pointer"));
        }
        Ok(())
    }

    fn iv(&mut self, mode: Mode) -> Result<Iv, Error> {
        let start = self.text.at();
        let wrong = |reader: &Self| reader.text.error(start, &format!("the iv is {}", ivs(mode)));
        Ok(match self.word() {
            "prefix" => Iv::Prefix,
            "key" => Iv::Key,
            place @ ("header" | "field") => Iv::At(self.place(place)?),
            hex => {
                let bytes = Encoding::Hex.decode(hex.as_bytes()).filter(|bytes| bytes.len() == mode.iv_length());
                Iv::Fixed(bytes.ok_or_else(|| wrong(self))?)
            }
        })
    }

    fn aad(&mut self) -> Result<Aad, Error> {
        if self.text.rest().starts_with('\'') {
            return self.text.literal().map(Aad::Literal);
        }
        let start = self.text.at();
        match self.word() {
            place @ ("header" | "field") => self.place(place).map(Aad::At),
            _ => Err(self.text.error(start, "the aad is header(Name), field(/pointer) or 'text'")),
        }
    }

    /// What is in the parentheses behind `header` and `field`.
    fn place(&mut self, name: &str) -> Result<Place, Error> {
        self.text.expect("(")?;
        let place = if name == "field" {
            Place::Field(self.pointer(')')?)
        } else {
            Place::Header(self.text.header_name(&[')'])?)
        };
        self.text.expect(")")?;
        Ok(place)
    }

    fn frame(&mut self) -> Result<Frame, Error> {
        self.one_of("the frame", |word| (word == "wechat").then_some(()), || "wechat or wechat('receiver id')".into())?;
        if !self.text.rest().starts_with('(') {
            return Ok(Frame::default());
        }
        self.text.expect("(")?;
        let id = self.text.literal()?;
        self.text.expect(")")?;
        Ok(Frame { id: Some(id) })
    }

    /// A JSON pointer, in quotes where it has the character that would end it.
    fn pointer(&mut self, end: char) -> Result<String, Error> {
        let start = self.text.at();
        let pointer =
            if self.text.rest().starts_with('\'') { self.text.literal()? } else { self.text.until(&[end]).to_owned() };
        if pointer.starts_with('/') {
            Ok(pointer)
        } else {
            Err(self.text.error(start, "a JSON pointer is expected, such as /data/encrypt"))
        }
    }

    fn one_of<T>(
        &mut self,
        what: &str,
        find: impl FnOnce(&str) -> Option<T>,
        all: impl FnOnce() -> String,
    ) -> Result<T, Error> {
        let start = self.text.at();
        let word = self.word();
        find(word).ok_or_else(|| self.text.error(start, &format!("{what} is {}", all())))
    }

    fn word(&mut self) -> &'a str {
        self.text.until(&[':', '=', '(', ')', '\''])
    }
}

fn ivs(mode: Mode) -> String {
    format!("prefix, key, header(Name), field(/pointer), or {} hex digits", 2 * mode.iv_length())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ciphers_read_and_write_alike() {
        for text in [
            "aes-ecb:zero:base64",
            "aes-ecb:pkcs7:raw:key=md5",
            "aes-cbc:pkcs7-32:base64url:iv=key:key=base64:wrap=/a/b:frame=wechat('it\\'s \\\\ me')",
            "aes-cbc:zero:hex:iv=000102030405060708090a0b0c0d0e0f:key=hex",
            "aes-gcm:none:base64:iv=header(X-Nonce):aad='a:b\\nc'",
            "aes-gcm:none:hex:iv=field('/a:)b'):aad=field(/a~1b):wrap='/c:d'",
        ] {
            assert_eq!(text.parse::<Cipher>().unwrap().to_string(), text);
        }
        for (name, spelling) in Cipher::presets() {
            assert_eq!(name.parse::<Cipher>().unwrap().to_string(), *spelling);
        }
        let any_order: Cipher = "aes-cbc:zero:hex:frame=wechat:wrap=/a:key=text:iv=prefix".parse().unwrap();
        assert_eq!(any_order.to_string(), "aes-cbc:zero:hex:iv=prefix:wrap=/a:frame=wechat");
        assert_eq!(Cipher::default().to_string(), crate::crypto::DEFAULT_CIPHER);
    }

    #[test]
    fn a_wrong_cipher_says_where_it_is_wrong() {
        for (text, at, why) in [
            ("", 1, "the mode is aes-ecb"),
            ("wechat-pay", 1, "a whole preset (feishu, "),
            ("aes-ecb", 8, "`:` is expected"),
            ("aes-ecb:pkcs5:hex", 9, "the padding is zero"),
            ("aes-gcm:zero:hex:iv=prefix", 9, "none in GCM"),
            ("aes-ecb:zero:base32", 14, "the encoding is"),
            ("aes-ecb:zero:HEX", 14, "the encoding is"),
            ("aes-ecb:zero:hex:", 18, "an option is"),
            ("aes-ecb:zero:hex:iv=key", 18, "aes-ecb has no iv"),
            ("aes-cbc:zero:hex", 17, "aes-cbc needs an iv"),
            ("aes-cbc:zero:hex:iv=0001", 21, "32 hex digits"),
            ("aes-gcm:none:hex:iv=000102030405060708090a0b0c0d0e0f", 21, "24 hex digits"),
            ("aes-cbc:zero:hex:iv=key:iv=key", 25, "`iv` is given twice"),
            ("aes-cbc:zero:hex:iv=header()", 28, "the name of a header field"),
            ("aes-cbc:zero:hex:iv=header(X", 29, "`)` is expected"),
            ("aes-cbc:zero:hex:iv=field(/a)", 30, "wrap=/pointer"),
            ("aes-cbc:zero:hex:iv=field(a):wrap=/b", 27, "a JSON pointer"),
            ("aes-cbc:zero:hex:iv=key:aad='a'", 25, "only aes-gcm"),
            ("aes-gcm:none:hex:iv=prefix:aad=a", 32, "the aad is"),
            ("aes-gcm:none:hex:iv=prefix:aad='ä\\x'", 34, "behind \\ stands"),
            ("aes-gcm:none:hex:iv=prefix:aad='a", 32, "closing quote"),
            ("aes-ecb:zero:hex:key=sha1", 22, "the form of the key is"),
            ("aes-ecb:zero:raw:wrap=/a", 18, "no raw bytes"),
            ("aes-ecb:zero:hex:frame=x", 24, "the frame is wechat"),
            ("aes-ecb:zero:hex:frame=wechat(a)", 31, "`'` is expected"),
            ("aes-ecb:zero:hex:key=hexx:", 22, "the form of the key is"),
        ] {
            let error = text.parse::<Cipher>().unwrap_err();
            assert_eq!(error.code(), ErrorCode::InvalidCipher, "{text}");
            let message = &error.details().message;
            assert!(message.starts_with(&format!("at character {at} of the cipher: ")), "{text}: {error}");
            assert!(message.contains(why), "{text}: {error}");
        }
    }
}
