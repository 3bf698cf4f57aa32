//! How services really sign: which constructions a scheme describes, and which `detect` finds. The table of both is in
//! `docs/signatures.md`.

#![expect(clippy::disallowed_methods, reason = "a test reads its vectors; the core itself opens no files")]

use std::{env, fmt::Write, fs, path::PathBuf, sync::LazyLock};

use airudder_core::{
    Delivery, Error, ErrorCode, Headers, WebhookConfig, Webhooks,
    crypto::{Captured, Detection, Scheme, detect},
};
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    vendor: String,
    scheme: Option<String>,
    verifier: Option<String>,
    secret: String,
    key: Option<String>,
    encryption_key: Option<String>,
    headers: Vec<(String, String)>,
    method: String,
    url: String,
    body: String,
    received_ms: u64,
    weak: bool,
    source: Option<String>,
}

fn cases() -> Vec<Case> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors/constructions.json");
    let file: File = serde_json::from_str(&fs::read_to_string(path).expect("the file is there")).expect("it parses");
    file.cases
}

impl Case {
    fn headers(&self) -> Headers {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    fn delivery<'a>(&'a self, body: &'a str, headers: &'a Headers) -> Delivery<'a> {
        Delivery {
            method: &self.method,
            url: &self.url,
            received_ms: Some(self.received_ms),
            ..Delivery::new(body.as_bytes(), headers)
        }
    }

    /// Unwraps the delivery with another body, too. A body that is no JSON object is verified first, and then refused.
    fn unwrap(&self, scheme: &str, body: &str) -> Result<(), Error> {
        let hooks = Webhooks::new(WebhookConfig {
            secrets: vec![self.secret.as_str().into()],
            sign_key: self.key.as_deref().map(Into::into),
            encryption_key: self.encryption_key.as_deref().map(Into::into),
            scheme: scheme.into(),
            ..Default::default()
        })?;
        let headers = self.headers();
        match hooks.unwrap(&self.delivery(body, &headers), None) {
            Err(error) if error.code() == ErrorCode::InvalidBody && !body.starts_with('{') => Ok(()),
            other => other.map(|event| assert!(event.verified())),
        }
    }

    fn detect(&self, secret: Option<&str>) -> Detection {
        let headers = self.headers();
        let delivery = self.delivery(&self.body, &headers);
        let sign_key = self.key.as_deref();
        detect(&Captured { delivery, secret, sign_key, encryption_key: self.encryption_key.as_deref() })
            .expect("it is small")
    }
}

/// A case, and what was found of it.
struct Row {
    case: Case,
    found: Detection,
}

/// All cases, searched once.
static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let rows = cases().into_iter().map(|case| Row { found: case.detect(Some(&case.secret)), case });
    rows.collect()
});

#[test]
fn each_scheme_verifies_its_delivery_and_no_other() {
    for Row { case, .. } in &*ROWS {
        let vendor = &case.vendor;
        assert!(case.scheme.is_some() != case.verifier.is_some(), "{vendor}: a scheme, or a reason for none");
        let Some(scheme) = &case.scheme else { continue };
        assert_eq!(scheme.parse::<Scheme>().expect(vendor).to_string(), *scheme, "{vendor}: its canonical spelling");
        case.unwrap(scheme, &case.body).expect(vendor);
        let weak = scheme.strip_suffix(";weak");
        assert_eq!(weak.is_some(), case.weak, "{vendor}");
        if let Some(scheme) = weak {
            let error = scheme.parse::<Scheme>().expect_err(vendor);
            assert_eq!(error.code(), ErrorCode::InvalidScheme, "{vendor}");
            assert!(error.to_string().contains("`;weak`"), "{vendor}: {error}");
        } else {
            let changed = match case.body.strip_prefix('{') {
                Some(rest) => format!("{{\"changed\":1,{rest}"),
                None => format!("{}&changed=1", case.body),
            };
            let error = case.unwrap(scheme, &changed).expect_err(vendor);
            // What a changed body is decrypted to is not even text.
            let is_refused = matches!(error.code(), ErrorCode::SignatureMismatch | ErrorCode::SignatureTooOld);
            assert!(is_refused || case.encryption_key.is_some(), "{vendor}: {error}");
        }
    }
}

#[test]
fn what_detect_names_verifies_the_delivery() {
    for Row { case, found } in &*ROWS {
        let Some(scheme) = &found.scheme else { continue };
        let text = scheme.to_string();
        case.unwrap(&text, &case.body).unwrap_or_else(|error| panic!("{}: {text}: {error}", case.vendor));
        assert_eq!(found.weakness, scheme.weakness(), "{}", case.vendor);
        assert_eq!(text.ends_with(";weak"), case.weak, "{}: {text}", case.vendor);
        let words = scheme.describe();
        assert!(found.notes.iter().any(|note| note.contains(&words)), "{}: {:?}", case.vendor, found.notes);
        let warns = found.notes.iter().any(|note| note.contains("check a second one"));
        assert_eq!(warns, text.contains("sorted("), "{}: {:?}", case.vendor, found.notes);
        assert!(!found.notes.join(" ").contains(&case.secret), "{}: no secret in a note", case.vendor);
    }
}

#[test]
fn nothing_is_named_with_a_wrong_secret() {
    let vendors = ["GitHub", "Stripe", "Standard Webhooks", "Taobao TOP", "WeChat official account", "GitLab"];
    for Row { case, .. } in ROWS.iter().filter(|row| vendors.contains(&row.case.vendor.as_str())) {
        let found = case.detect(Some("another-fake-secret"));
        assert_eq!(found.scheme, None, "{}", case.vendor);
        let notes = found.notes.join(" ");
        assert!(notes.contains("check the secret") || notes.contains("none is the secret"), "{}: {notes}", case.vendor);
    }
}

#[test]
fn what_an_asymmetric_key_signs_is_said() {
    for (vendor, kind) in [
        ("Discord", "Ed25519"),
        ("SendGrid", "ECDSA"),
        ("WeChat Pay v3", "RSA"),
        ("Alipay", "RSA"),
        ("Plaid", "JSON Web Token"),
    ] {
        let row = ROWS.iter().find(|row| row.case.vendor == vendor).expect(vendor);
        let notes = row.found.notes.join(" ");
        assert!(notes.contains(kind) && notes.contains("verifier of your own"), "{vendor}: {notes}");
    }
}

#[test]
fn nearly_all_can_be_written_and_most_are_found() {
    let count = |is: fn(&Row) -> bool| ROWS.iter().filter(|row| is(row)).count();
    let all = ROWS.len();
    let written = count(|row| row.case.scheme.is_some());
    let found = count(|row| row.found.scheme.is_some());
    assert!(all >= 64 && written * 100 >= all * 95 && found * 100 >= all * 85, "{found} and {written} of {all}");
    let published = count(|row| row.case.source.is_some());
    assert!(published >= 8, "{published} are published by their vendors");
}

/// The page, with what is generated between the markers of a name in the place of what stands there.
fn with_generated(page: &str, name: &str, text: &str) -> String {
    let (begin, end) =
        (format!("<!-- {name}: written by core/tests/constructions.rs -->\n"), format!("<!-- /{name} -->"));
    let (before, rest) = page.split_once(&begin).expect(name);
    let (_, after) = rest.split_once(&end).expect(name);
    format!("{before}{begin}{text}{end}{after}")
}

#[test]
fn the_tables_of_the_docs_are_up_to_date() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/signatures.md");
    let page = fs::read_to_string(&path).expect("the page is there");
    let right = with_generated(&with_generated(&page, "presets", &presets()), "constructions", &table());
    if env::var_os("AIRUDDER_WRITE_DOCS").is_some() {
        return fs::write(&path, &right).expect("the page can be written");
    }
    assert!(page == right, "docs/signatures.md is not up to date: run this test with AIRUDDER_WRITE_DOCS=1");
}

fn presets() -> String {
    let mut text = String::from("| Preset | Scheme | Weak, since |\n| --- | --- | --- |\n");
    for (name, spelling) in Scheme::presets() {
        let scheme: Scheme = spelling.parse().expect(name);
        let weakness = scheme.weakness().unwrap_or_default();
        writeln!(text, "| `{name}` | {} | {weakness} |", code(spelling)).expect("a text takes all");
    }
    text
}

/// Code in a cell of a table.
fn code(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|"))
}

fn table() -> String {
    let all = ROWS.len();
    let written = ROWS.iter().filter(|row| row.case.scheme.is_some()).count();
    let found = ROWS.iter().filter(|row| row.found.scheme.is_some()).count();
    let mut text = format!(
        "Of {all} constructions, {written} can be written as a scheme, and `detect` finds {found}; none is named wrongly.\n\n\
         | Construction | Scheme | Verified | Found by `detect` |\n| --- | --- | --- | --- |\n"
    );
    for Row { case, found } in &*ROWS {
        let scheme = match (&case.scheme, &case.verifier) {
            (Some(scheme), _) => code(scheme),
            (None, why) => format!("a verifier of your own: {}", why.as_deref().unwrap_or_default()),
        };
        let verified = if case.scheme.as_ref().is_some_and(|scheme| case.unwrap(scheme, &case.body).is_ok()) {
            "yes"
        } else {
            "by yours"
        };
        let found = if found.scheme.is_some() { "yes" } else { "no" };
        let published = if case.source.is_some() { " (published vector)" } else { "" };
        writeln!(text, "| {}{published} | {scheme} | {verified} | {found} |", case.vendor).expect("a text takes all");
    }
    text
}
