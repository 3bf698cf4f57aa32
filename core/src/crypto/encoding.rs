//! Bytes as text, shared by ciphers and signatures.

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::PAD},
};

/// Writes padding, and reads texts with or without it.
const BASE64: GeneralPurpose = GeneralPurpose::new(&STANDARD, PAD_OPTIONAL);
const PAD_OPTIONAL: GeneralPurposeConfig = PAD.with_decode_padding_mode(DecodePaddingMode::Indifferent);

/// An encoding of bytes as text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// The standard alphabet, with padding.
    #[default]
    Base64,
    /// The alphabet for URLs, with padding.
    Base64Url,
    /// Lower case.
    Hex,
    /// Upper case.
    HexUpper,
    /// Base64 of the lower-case hex digits.
    Base64OfHex,
    /// The bytes themselves.
    Text,
}

impl Encoding {
    pub(crate) const ALL: [Self; 6] =
        [Self::Base64, Self::Base64Url, Self::Hex, Self::HexUpper, Self::Base64OfHex, Self::Text];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::Base64Url => "base64url",
            Self::Hex => "hex",
            Self::HexUpper => "HEX",
            Self::Base64OfHex => "base64(hex)",
            Self::Text => "text",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|encoding| encoding.as_str() == name)
    }

    pub(crate) fn encode(self, bytes: &[u8]) -> String {
        let mut text = String::with_capacity(self.encoded_length(bytes.len()));
        self.encode_into(bytes, &mut text);
        text
    }

    /// Appends bytes to a text; in several parts only where each but the last has a multiple of three.
    pub(crate) fn encode_into(self, bytes: &[u8], text: &mut String) {
        match self {
            Self::Base64 => BASE64.encode_string(bytes, text),
            Self::Base64Url => text.push_str(&BASE64.encode(bytes).replace('+', "-").replace('/', "_")),
            Self::Hex => text.push_str(&base16ct::lower::encode_string(bytes)),
            Self::HexUpper => text.push_str(&base16ct::upper::encode_string(bytes)),
            Self::Base64OfHex => BASE64.encode_string(base16ct::lower::encode_string(bytes), text),
            Self::Text => text.push_str(&String::from_utf8_lossy(bytes)),
        }
    }

    /// The length of the text of so many bytes.
    pub(crate) const fn encoded_length(self, bytes: usize) -> usize {
        match self {
            Self::Base64 | Self::Base64Url => bytes.div_ceil(3) * 4,
            Self::Hex | Self::HexUpper => bytes * 2,
            Self::Base64OfHex => (bytes * 2).div_ceil(3) * 4,
            Self::Text => bytes,
        }
    }

    /// The bytes of a text, white space around it aside; `None` where it is not so encoded. Line breaks in it are skipped,
    /// Base64 is read in both alphabets, and hex in either case.
    pub(crate) fn decode(self, text: &[u8]) -> Option<Vec<u8>> {
        let text = text.trim_ascii();
        self.decode_line(text).or_else(|| self.decode_line(&on_one_line(text)?))
    }

    fn decode_line(self, text: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Base64 | Self::Base64Url => BASE64.decode(text).ok(),
            Self::Hex | Self::HexUpper => base16ct::mixed::decode_vec(text).ok(),
            Self::Base64OfHex => Self::Hex.decode_line(&BASE64.decode(text).ok()?),
            Self::Text => Some(text.to_vec()),
        }
    }
}

/// A text without its line breaks and in the standard alphabet; `None` where it is so already, or mixes both alphabets.
fn on_one_line(text: &[u8]) -> Option<Vec<u8>> {
    let has = |some: [u8; 2]| text.iter().any(|byte| some.contains(byte));
    let for_urls = has(*b"-_");
    if (for_urls && has(*b"+/")) || !(for_urls || has(*b"\r\n")) {
        return None;
    }
    let standard = |byte: &u8| match byte {
        b'-' => b'+',
        b'_' => b'/',
        other => *other,
    };
    Some(text.iter().filter(|byte| !matches!(byte, b'\r' | b'\n')).map(standard).collect())
}
