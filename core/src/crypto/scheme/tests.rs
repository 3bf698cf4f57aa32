//! Reading, writing and judging schemes.

use super::*;
use crate::{crypto::BuiltIn, delivery::Delivery, http::Headers};

#[test]
fn schemes_read_and_write_alike() {
    for text in [
        "hmac-sha256:hex:body",
        "hmac-md5:base64:key+header(X-Time)+':'+body",
        "sha1:hex:secret+'a+b:c'+body+secret",
        "hmac-sha512:base64url:method+'\\n'+path+'\\n'+query(a)+sha256(body,base64)+'it\\'s \\\\'",
        "hmac-sha256(key+secret):HEX:md5(secret+plain)",
        "sha384:base64(hex):url+field(/a/0/b)+body+secret",
        "md5:HEX:params(&,=)+'&key='+secret;in=field(/sign)",
        "md5:hex:params(',',=,query,all)+params(,)+secret;in=query(sign)",
        "hmac-sha1:hex:time(header(X-A,t))+body;in=header(X-A,v1);prefix='v0=';secret='whsec_'+base64",
        "hmac-sha256:hex:sorted(secret,body,upper(lower(percent(base64('x')))));secret=hex",
        "none:text:secret;in=header(X-Token);weak",
    ] {
        assert_eq!(text.parse::<Scheme>().unwrap().to_string(), text);
    }
    assert_eq!(Scheme::default().to_string(), crate::crypto::DEFAULT_SIGN_SCHEME);
}

#[test]
fn presets_are_spellings_in_the_order_of_their_names() {
    let names: Vec<&str> = Scheme::presets().map(|(name, _)| name).collect();
    assert!(names.is_sorted(), "{names:?}");
    for (name, spelling) in Scheme::presets() {
        let scheme: Scheme = name.parse().unwrap();
        assert_eq!(scheme.to_string(), spelling, "{name}");
        assert_eq!(scheme.weakness().is_some(), spelling.ends_with(";weak"), "{name}");
    }
}

#[test]
fn a_wrong_scheme_says_what_is_wrong_and_where() {
    for (text, at, why) in [
        ("", 1, "nothing is there"),
        ("hmac-sha224:hex:body", 1, "a digest"),
        ("hmac-sha256", 12, "`:` is expected"),
        ("hmac-sha256:Hex:body", 13, "an encoding"),
        ("hmac-sha256:text:body", 17, "belongs to the digest `none`"),
        ("hmac-sha256:hex:", 17, "a part"),
        ("hmac-sha256:hex:body+", 22, "a part"),
        ("hmac-sha256:hex:body+'x", 22, "closing quote"),
        ("hmac-sha256:hex:'\\t'+body", 18, "behind \\ stands"),
        ("hmac-sha256:hex:'x'body", 20, "`+` and a part"),
        ("hmac-sha256:hex:header(X-Time", 30, "`)`"),
        ("hmac-sha256:hex:header()+body", 24, "the name of a header field"),
        ("hmac-sha256:hex:field(a)", 23, "a JSON pointer"),
        ("hmac-sha256:hex:body;in=cookie(x)", 22, "an option"),
        ("hmac-sha256:hex:sha3(body)", 17, "header, query"),
        ("hmac-sha256:hex:body;secret=base32", 29, "the form of the secret"),
        ("hmac-sha256:hex:body;prefix=v1", 29, "`'`"),
        ("stripes", 1, "the name of a preset"),
    ] {
        let error = text.parse::<Scheme>().unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidScheme, "{text}");
        let message = &error.details().message;
        assert!(message.contains(&format!("at character {at} of")) && message.contains(why), "{text}: {error}");
    }
    let deep = format!("hmac-sha256:hex:{}body{}", "md5(".repeat(100_000), ")".repeat(100_000));
    assert!(deep.parse::<Scheme>().unwrap_err().to_string().contains("fewer parentheses"));
}

#[test]
fn what_authenticates_nobody_is_refused_and_what_is_weak_says_so() {
    for text in ["sha256:hex:body", "md5:base64:key+body", "sha256:hex:body;weak", "hmac-sha256('a'):hex:body;weak"] {
        let error = text.parse::<Scheme>().unwrap_err();
        assert!(error.to_string().contains("everybody could compute"), "{text}: {error}");
    }
    for (text, why) in [
        ("sha256:hex:secret+body", "append"),
        ("sha512:hex:body+secret+'x'", "append"),
        ("sha1:hex:sorted(secret,body)", "append"),
        ("hmac-sha256:hex:header(X-Time)", "does not sign the whole body"),
        ("hmac-sha256:hex:field(/id)", "does not sign the whole body"),
        ("md5:hex:query(a)+secret", "does not sign the whole body"),
        ("none:text:secret", "the secret itself"),
        ("hmac-sha256(key):hex:body", "sign key alone"),
    ] {
        let error = text.parse::<Scheme>().unwrap_err();
        assert!(error.to_string().contains(why) && error.to_string().contains("`;weak`"), "{text}: {error}");
        let scheme: Scheme = format!("{text};weak").parse().unwrap();
        assert!(scheme.weakness().unwrap().contains(why), "{text}");
    }
    for text in [
        "md5:hex:body+secret",
        "sha384:hex:secret+body",
        "hmac-sha256(key):hex:body+secret",
        "hmac-md5:hex:params(&,=)",
    ] {
        assert_eq!(text.parse::<Scheme>().unwrap().weakness(), None, "{text}");
    }
}

#[test]
fn parts_are_what_the_delivery_says() {
    let headers: Headers = [("X-List", "t=5, v1=\"ab\""), ("X-A", "a")].into_iter().collect();
    let body = br#"{"z":1,"a":"x","e":"","n":null,"o":{"q":[1,2]},"sign":"s"}"#;
    let delivery = Delivery { url: "https://host.test/p/a?b=2&a=%2B1+2&e=#f", ..Delivery::new(body, &headers) };
    let input = SigningInput { secret: "fake-secret", key: Some("k"), delivery, plain: Some(b"plain") };
    for (part, value) in [
        ("url", "https://host.test/p/a?b=2&a=%2B1+2&e=#f"),
        ("path", "/p/a"),
        ("method", "POST"),
        ("plain", "plain"),
        ("key", "k"),
        ("header(x-list,t)", "5"),
        ("header(X-List,v1)", "ab"),
        ("query(a)", "+1 2"),
        ("field(/o/q/1)", "2"),
        ("field(/o)", r#"{"q":[1,2]}"#),
        ("params(&,=)", r#"a=x&o={"q":[1,2]}&z=1"#),
        ("params(,,query,all)", "a+1 2b2e"),
        ("md5('a')", "0cc175b9c0f1b6a831c399e269772661"),
        ("md5('a',HEX)", "0CC175B9C0F1B6A831C399E269772661"),
        ("upper('a')+lower('B')+percent('a b/~')+base64('a')", "Aba%20b%2F~YQ=="),
        ("sorted('b','c','a')", "abc"),
    ] {
        let scheme = Scheme::parse_any(&format!("none:text:{part};in=field(/sign)")).unwrap();
        let bytes = scheme.compute(&BuiltIn, &input).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), value, "{part}");
    }
    for part in ["header(X-B)", "header(X-List,v2)", "query(x)", "field(/x)", "field(/n)"] {
        let scheme = Scheme::parse_any(&format!("none:text:{part}")).unwrap();
        let error = scheme.compute(&BuiltIn, &input).unwrap_err();
        assert!(error.to_string().contains("which is not there"), "{part}: {error}");
    }
}

#[test]
fn times_are_read_as_services_write_them() {
    let received = 1_790_000_000_000;
    for (text, ms) in [
        ("1790000000", Some(received)),
        ("1790000000123", Some(received + 123)),
        ("2026-09-21T14:13:20Z", Some(received)),
        ("2026-09-21T22:13:20.5+08:00", Some(received + 500)),
        ("2026-09-21 22:13:20+08:00", Some(received)),
        ("2026-09-21T14:13:20.634234626Z", Some(received + 634)),
        ("Mon, 21 Sep 2026 14:13:20 GMT", Some(received)),
        ("yesterday", None),
        ("", None),
    ] {
        assert_eq!(time::ms(text), ms, "{text}");
    }
    assert!(time::check("1790000000", received + 900_000, 900_000).is_ok());
    assert!(time::check("1790000000", received - 900_000, 900_000).is_ok());
    for received in [received + 900_001, received - 900_001] {
        assert_eq!(time::check("1790000000", received, 900_000).unwrap_err().code(), ErrorCode::SignatureTooOld);
    }
    assert_eq!(time::check("?", received, 900_000).unwrap_err().code(), ErrorCode::SignatureTooOld);
}
