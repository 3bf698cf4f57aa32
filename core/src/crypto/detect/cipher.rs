//! The search for the cipher of a body.
//!
//! A guess is checked by the first blocks alone before it is tried on the whole body, so that thousands cost little.

use airudder_json::push_segment;
use serde::de::IgnoredAny;

use super::detection::Detection;
use crate::{
    crypto::{
        aes::{Aes, BLOCK, NONCE},
        cipher::{Aad, Cipher, Frame, Iv, Mode, Padding, Place, bytes_in},
        encoding::Encoding,
        key::{EncryptionKey, KeyForm},
    },
    error::Error,
    http::Headers,
    members,
};

/// Initialization vectors that people take where they should take random ones.
const COMMON_IVS: [u8; 2] = [0, b'0'];
/// The number of texts in a JSON body that are tried: the longest ones.
const MAX_TEXTS: usize = 16;
/// The number of header fields and fields of the body that are tried as initialization vector, and as additional data.
const MAX_PLACES: usize = 32;
/// The bytes of a text that are looked at first.
const HEAD: usize = 2 * BLOCK;

/// Tries every form of cipher on a body, with a key's text in each form; returns the plain text where one fits.
pub(super) fn find_cipher(headers: &Headers, body: &[u8], key: Option<&str>, found: &mut Detection) -> Option<Vec<u8>> {
    let is_plain = is_json_object(body);
    let Some(key) = key else {
        let what = if is_plain { "plain JSON" } else { "not plain JSON" };
        found.notes.push(format!("The body is {what}, and no encryption key was given to try on it."));
        return None;
    };
    let keys = KeyForm::ALL.into_iter().filter_map(|form| Some((form, form.key(key).ok()?))).collect();
    let strings = if is_plain { strings(body) } else { Vec::new() };
    let mut search = Search { headers, body, keys, places: places(headers, &strings), tried: 0 };
    let texts = texts(body, is_plain, strings);
    if let Some((cipher, plain)) = texts.iter().find_map(|text| search.cipher_of(text)) {
        found.notes.extend(notes_on(&cipher));
        found.cipher = Some(cipher);
        return Some(plain);
    }
    found.notes.push(search.why_nothing(&texts, is_plain));
    None
}

fn notes_on(cipher: &Cipher) -> Vec<String> {
    let spelling = cipher.to_string();
    let preset = Cipher::presets().iter().find(|(_, text)| *text == spelling);
    let name = preset.map(|(name, _)| format!(", or {name} for short")).unwrap_or_default();
    let mut notes = vec![format!("The body is encrypted with {spelling}{name}.")];
    if cipher.frame.is_some() {
        notes.push(
            "Write frame=wechat('…') with the id that the sender knows you by: then texts for others are refused."
                .into(),
        );
    }
    notes
}

/// A text that may be encrypted.
struct Text {
    /// Where it stands in a JSON body.
    wrap: Option<String>,
    encoding: Option<Encoding>,
    data: Vec<u8>,
}

struct Search<'a> {
    headers: &'a Headers,
    body: &'a [u8],
    keys: Vec<(KeyForm, EncryptionKey)>,
    /// What may be an initialization vector or additional data.
    places: Vec<(Place, String)>,
    /// The number of guesses so far.
    tried: usize,
}

impl Search<'_> {
    fn cipher_of(&mut self, text: &Text) -> Option<(Cipher, Vec<u8>)> {
        for (form, key) in self.keys.clone() {
            for mode in Mode::ALL {
                for iv in self.ivs(mode) {
                    self.tried += 1;
                    let cipher = Cipher {
                        mode,
                        encoding: text.encoding,
                        iv,
                        key: form,
                        wrap: text.wrap.clone(),
                        ..Cipher::default()
                    };
                    let Some(head) = self.head(&cipher, &text.data, &key) else { continue };
                    for (frame, padding) in candidates(mode, &head, text.data.len()) {
                        let cipher = Cipher { padding, frame, ..cipher.clone() };
                        let fits = self.with_aad(cipher).find_map(|cipher| {
                            let plain = self.plain(&cipher, text, &key)?;
                            is_json_object(&plain).then_some((cipher, plain))
                        });
                        if fits.is_some() {
                            return fits;
                        }
                    }
                }
            }
        }
        None
    }

    /// What is known of a body that no cipher makes JSON of.
    fn why_nothing(&self, texts: &[Text], is_plain: bool) -> String {
        let tried = self.tried;
        if let Some(cipher) = texts.iter().find_map(|text| self.cipher_without_iv(text)) {
            format!(
                "The body is encrypted with {cipher} and a fixed iv that is not known: all but the first {BLOCK} bytes can be \
                 read. Ask AI Rudder for it, and write it as iv=<32 hex digits>."
            )
        } else if is_plain && texts.is_empty() {
            "The body is plain JSON: it is not encrypted.".into()
        } else if is_plain {
            format!("The body is plain JSON, and none of {tried} ciphers makes JSON of a field of it.")
        } else if texts.iter().any(|text| text.encoding.is_some() || text.data.len() % BLOCK == 0) {
            format!("None of {tried} ciphers that were tried makes JSON of this body: check the encryption key.")
        } else {
            "The body is neither JSON nor Base64 or hex of whole AES blocks: it may be truncated.".into()
        }
    }

    /// A cipher whose fixed initialization vector is not known, which shows in all but the first block; without its `iv`.
    fn cipher_without_iv(&self, text: &Text) -> Option<String> {
        let iv = Some(Iv::Fixed(vec![0; BLOCK]));
        self.keys.iter().find_map(|(form, key)| {
            [Padding::Pkcs7, Padding::Zero].into_iter().find_map(|padding| {
                let cipher = Cipher {
                    mode: Mode::Cbc,
                    padding,
                    encoding: text.encoding,
                    iv: iv.clone(),
                    key: *form,
                    wrap: text.wrap.clone(),
                    ..Cipher::default()
                };
                let plain = self.plain(&cipher, text, key)?;
                reads_after_first_block(&plain).then(|| Cipher { iv: None, ..cipher }.to_string())
            })
        })
    }

    /// The initialization vectors that are tried.
    fn ivs(&self, mode: Mode) -> Vec<Option<Iv>> {
        let length = mode.iv_length();
        if mode == Mode::Ecb {
            return vec![None];
        }
        let fixed = COMMON_IVS.map(|byte| Iv::Fixed(vec![byte; length]));
        let fields = self.places.iter().filter(|(_, text)| bytes_in(text, length).is_some());
        let fields = fields.take(MAX_PLACES).map(|(place, _)| Iv::At(place.clone()));
        [Iv::Prefix, Iv::Key].into_iter().chain(fixed).chain(fields).map(Some).collect()
    }

    /// A cipher as it is, and in GCM with each additional data that is tried.
    fn with_aad(&self, cipher: Cipher) -> impl Iterator<Item = Cipher> {
        let places = if cipher.authenticates() { MAX_PLACES } else { 0 };
        let aads = self.places.iter().take(places).map(|(place, _)| Some(Aad::At(place.clone())));
        [None].into_iter().chain(aads).map(move |aad| Cipher { aad, ..cipher.clone() })
    }

    /// The first bytes of the decrypted text, if there is at least a block of it.
    fn head(&self, cipher: &Cipher, data: &[u8], key: &EncryptionKey) -> Option<Vec<u8>> {
        let length = cipher.mode.iv_length();
        let (iv, data) = match &cipher.iv {
            None => (Vec::new(), data),
            Some(Iv::Prefix) => (data.get(..length)?.to_vec(), data.get(length..)?),
            Some(Iv::Key) => (key.expose().get(..length)?.to_vec(), data),
            Some(Iv::Fixed(iv)) => (iv.clone(), data),
            Some(Iv::At(place)) => (bytes_in(&place.text(self.body, self.headers)?, length)?, data),
        };
        let mut head = data.get(..HEAD.min(data.len() / BLOCK * BLOCK)).filter(|head| !head.is_empty())?.to_vec();
        let aes = Aes::new(key).ok()?;
        match cipher.mode {
            Mode::Ecb => aes.decrypt(&mut head),
            Mode::Cbc => aes.decrypt_cbc(iv.try_into().ok()?, &mut head),
            Mode::Gcm => apply_counters(&aes, iv.try_into().ok()?, &mut head),
        }
        .ok()?;
        Some(head)
    }

    /// The decrypted text, where its padding is exactly as it should be. So no text fits both paddings.
    fn plain(&self, cipher: &Cipher, text: &Text, key: &EncryptionKey) -> Option<Vec<u8>> {
        let plain = cipher.decrypt(self.body, key, self.headers).ok()?;
        let before = if cipher.iv == Some(Iv::Prefix) { BLOCK } else { 0 };
        let zeros = text.data.len().checked_sub(before + plain.len())?;
        (cipher.padding != Padding::Zero || cipher.frame.is_some() || (1..=BLOCK).contains(&zeros)).then_some(plain)
    }
}

/// Decrypts or encrypts the first blocks of a text in GCM, which begins with the counter 2.
fn apply_counters(aes: &Aes, nonce: [u8; NONCE], head: &mut [u8]) -> Result<(), Error> {
    for (counter, block) in (2_u32..).zip(head.chunks_mut(BLOCK)) {
        let mut stream = [&nonce[..], &counter.to_be_bytes()].concat();
        aes.encrypt(&mut stream)?;
        block.iter_mut().zip(stream).for_each(|(byte, key)| *byte ^= key);
    }
    Ok(())
}

/// Frames and paddings that fit the first bytes of a decrypted text. PKCS#7 for blocks of 32 is what frames go with; without
/// one it is only named where no other padding fits.
fn candidates(mode: Mode, head: &[u8], length: usize) -> Vec<(Option<Frame>, Padding)> {
    let (frame, paddings) = if begins_json(head) {
        (None, [Padding::Pkcs7, Padding::Zero, Padding::Pkcs7Of32])
    } else if is_framed(head, length) {
        (Some(Frame::default()), [Padding::Pkcs7Of32, Padding::Pkcs7, Padding::Zero])
    } else {
        return Vec::new();
    };
    if mode == Mode::Gcm {
        return vec![(frame, Padding::None)];
    }
    paddings.map(|padding| (frame.clone(), padding)).to_vec()
}

fn begins_json(head: &[u8]) -> bool {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    text.is_empty() || text.starts_with(b"{")
}

/// Returns whether a text begins as in a frame, where its length stands before it in the second block.
fn is_framed(head: &[u8], length: usize) -> bool {
    let (Some(head), Some(text)) = (head.first_chunk::<20>(), head.get(20..)) else { return false };
    let [.., a, b, c, d] = *head;
    let stated = u32::from_be_bytes([a, b, c, d]);
    usize::try_from(stated).is_ok_and(|stated| (2..length).contains(&stated)) && begins_json(text)
}

/// The texts of a body that may be encrypted, in each encoding that they may have.
fn texts(body: &[u8], is_plain: bool, strings: Vec<(String, String)>) -> Vec<Text> {
    if is_plain {
        let mut longest = strings;
        longest.sort_by_key(|(_, text)| std::cmp::Reverse(text.len()));
        let texts = longest.into_iter().take(MAX_TEXTS);
        return texts.flat_map(|(pointer, text)| decoded(text.as_bytes(), Some(&pointer))).collect();
    }
    let string = serde_json::from_slice::<String>(body).ok();
    let texts = decoded(string.as_ref().map_or(body, |text| text.as_bytes()), None);
    if !texts.is_empty() || string.is_some() || body.is_empty() {
        return texts;
    }
    vec![Text { wrap: None, encoding: None, data: body.to_vec() }]
}

fn decoded(text: &[u8], wrap: Option<&str>) -> Vec<Text> {
    let base64 =
        if text.iter().any(|byte| matches!(byte, b'-' | b'_')) { Encoding::Base64Url } else { Encoding::Base64 };
    let encodings = [base64, Encoding::Hex].into_iter();
    let decoded = encodings.filter_map(|encoding| Some((encoding, encoding.decode(text)?)));
    let decoded = decoded.filter(|(_, data)| data.len() >= BLOCK);
    decoded.map(|(encoding, data)| Text { wrap: wrap.map(str::to_owned), encoding: Some(encoding), data }).collect()
}

/// The strings of a JSON object and of the objects in it, with their pointers.
fn strings(body: &[u8]) -> Vec<(String, String)> {
    let mut strings = Vec::new();
    let text = std::str::from_utf8(body).unwrap_or_default();
    for (name, value) in members::of(text) {
        let mut pointer = String::new();
        push_segment(&mut pointer, &name);
        push_string(&pointer, value, &mut strings);
        if value.starts_with('{') {
            for (inner, value) in members::of(value) {
                let mut pointer = pointer.clone();
                push_segment(&mut pointer, &inner);
                push_string(&pointer, value, &mut strings);
            }
        }
    }
    strings
}

fn push_string(pointer: &str, value: &str, strings: &mut Vec<(String, String)>) {
    if let Some(text) = members::text_of(value).filter(|_| value.starts_with('"')) {
        strings.push((pointer.to_owned(), text.into_owned()));
    }
}

/// The header fields, and the fields of a JSON body, that may be an initialization vector or additional data.
fn places(headers: &Headers, strings: &[(String, String)]) -> Vec<(Place, String)> {
    let fields = strings.iter().map(|(pointer, text)| (Place::Field(pointer.clone()), text.clone()));
    let headers = headers.iter().map(|(name, value)| (Place::Header(name.to_owned()), value.trim().to_owned()));
    let mut places: Vec<(Place, String)> = fields.chain(headers).collect();
    // Additional data and vectors are short, and only so many are tried.
    places.sort_by_key(|(_, text)| text.len());
    places
}

pub(super) fn is_json_object(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    text.trim_ascii_start().starts_with(b"{") && serde_json::from_slice::<IgnoredAny>(text).is_ok()
}

/// Returns whether the text behind the first block is UTF-8 without control characters and long enough not to be so by
/// chance.
fn reads_after_first_block(text: &[u8]) -> bool {
    let tail = text.get(BLOCK..).unwrap_or_default();
    // A character may begin in the first block.
    let tail = tail.iter().position(|byte| byte & 0xC0 != 0x80).and_then(|start| tail.get(start..)).unwrap_or_default();
    tail.len() >= BLOCK / 2
        && tail.ends_with(b"}")
        && std::str::from_utf8(tail).is_ok_and(|text| !text.contains(|c: char| c.is_control() && !c.is_whitespace()))
}
