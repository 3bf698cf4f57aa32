//! A text that must not be seen: keys, secrets and tokens.

use std::fmt;

use zeroize::Zeroizing;

use crate::{
    error::{Error, ErrorCode},
    odd::{Odd, is_full_width, is_invisible},
};

/// A secret text: wiped from memory when dropped, and shown as `***` in `Debug` and `Display`.
///
/// It has no `Serialize`: a secret leaves only through [`Secret::expose`], which is easy to find in a review.
#[derive(Clone, Default)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over; the caller should not keep a copy.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself, for building a request or a key.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns whether the text is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Refuses what nobody was given as a secret; `name` is the setting's.
    pub(crate) fn check(&self, name: &str) -> Result<(), Error> {
        check_secret(self.expose(), name)
    }
}

/// Refuses (E1001) what nobody was given as a secret: an empty or blank text, with which everybody could sign, and one
/// with white space around it or invisible characters in it, which is left over from a file or from copying.
pub(crate) fn check_secret(text: &str, name: &str) -> Result<(), Error> {
    match fault_of(text) {
        Some(fault) => Err(Error::new(ErrorCode::InvalidConfig, format!("{name} {fault}")).at(format!("/{name}"))),
        None => Ok(()),
    }
}

/// The fault of a secret, to be read behind its name.
pub(crate) fn fault_of(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some("is empty".into());
    }
    if text.trim().is_empty() {
        return Some("is blank: it holds nothing but white space".into());
    }
    if text.trim() != text {
        return Some("has white space around it, such as the line break at the end of a file: remove it".into());
    }
    Odd::find(text, |character| is_invisible(character) || is_full_width(character))
        .map(|odd| format!("holds {odd}: write it again by hand, or copy it without formatting"))
}

impl<T: Into<String>> From<T> for Secret {
    fn from(text: T) -> Self {
        Self::new(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_and_display_show_nothing() {
        let secret = Secret::new("fake-secret-for-tests");
        assert_eq!(format!("{secret} {secret:?}"), "*** ***");
        assert_eq!(secret.expose(), "fake-secret-for-tests");
    }

    #[test]
    fn what_nobody_was_given_is_refused_by_name_and_not_shown() {
        for (text, why) in [
            ("", "is empty"),
            (" ", "is blank"),
            ("\n", "is blank"),
            ("\u{3000}", "is blank"),
            ("fake-secret\n", "has white space around it"),
            (" fake-secret", "has white space around it"),
            ("fake-\u{200b}secret", "holds U+200B (an invisible character) at character 6"),
            ("fake-\u{a0}secret", "holds U+00A0 (an invisible character) at character 6"),
            ("fake-\u{ff11}secret", "holds U+FF11 (a full-width character) at character 6"),
        ] {
            let error = Secret::new(text).check("app_secret").unwrap_err();
            assert_eq!(error.code(), ErrorCode::InvalidConfig);
            assert_eq!(error.details().pointer.as_deref(), Some("/app_secret"));
            assert!(error.details().message.starts_with(&format!("app_secret {why}")), "{error}");
            assert!(!error.to_string().contains("fake-"), "{error}");
        }
        for good in ["fake-secret", "a passphrase", "测试", "x"] {
            Secret::new(good).check("app_secret").unwrap();
        }
    }
}
