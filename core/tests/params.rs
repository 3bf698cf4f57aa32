//! Bad parameters are refused before anything is sent, with code, JSON pointer and remedy.

use airudder_core::{ErrorCode, catalog, operations::workflow::DetailInstances};
use proptest::prelude::*;
use serde_json::{Value, json};

fn refuse(operation: &str, params: &Value) -> (ErrorCode, String, String) {
    let info = catalog::operation(operation).expect("the operation is in the catalog");
    let error = (info.check)(&params.to_string()).expect_err("the parameters are bad");
    (error.code(), error.details().pointer.clone().unwrap_or_default(), error.details().message.clone())
}

fn contact() -> Value {
    json!({"callee": "+6212345678", "platform": "TEMP1", "variables": {"customer_name": "Ana"}})
}

fn upload(change: impl FnOnce(&mut Value)) -> Value {
    let mut params = json!({"workflow_id": "w", "details": [contact(), contact()]});
    change(&mut params);
    params
}

#[test]
fn a_misspelt_field_is_named_with_the_valid_ones() {
    let (code, pointer, message) =
        refuse("workflow.upload_details", &upload(|p| p["details"][1]["calle"] = json!("x")));
    assert_eq!((code, pointer.as_str()), (ErrorCode::UnknownField, "/details/1/calle"));
    assert!(message.contains("`callee`"), "{message}");
}

#[test]
fn a_contact_too_many_is_refused() {
    let (code, pointer, message) =
        refuse("workflow.upload_details", &upload(|p| p["details"] = vec![contact(); 10_001].into()));
    assert_eq!((code, pointer.as_str()), (ErrorCode::InvalidValue, "/details"));
    assert!(message.contains("10000"), "{message}");
}

#[test]
fn platform_callee_and_variables_keep_their_rules() {
    let long = refuse("workflow.upload_details", &upload(|p| p["details"][0]["platform"] = "p".repeat(41).into()));
    assert_eq!((long.0, long.1.as_str()), (ErrorCode::InvalidValue, "/details/0/platform"));
    let phone = refuse("workflow.upload_details", &upload(|p| p["details"][1]["callee"] = "6212345678".into()));
    assert_eq!((phone.0, phone.1.as_str()), (ErrorCode::InvalidValue, "/details/1/callee"));
    assert!(phone.2.contains('+') && !phone.2.contains("6212345678 "), "{}", phone.2);
    let number = refuse("workflow.upload_details", &upload(|p| p["details"][0]["variables"]["age"] = 7.into()));
    assert_eq!((number.0, number.1.as_str()), (ErrorCode::WrongType, "/details/0/variables/age"));
}

#[test]
fn whole_numbers_are_not_called_by_their_rust_name() {
    for wrong in [json!("10"), json!(1.5), json!(99_999_999_999_999_999_999_f64)] {
        let (_, pointer, message) = refuse("tasks.list", &json!({"Number": wrong}));
        assert_eq!(pointer, "/Number");
        assert!(message.ends_with("expected a whole number of 64 bits"), "{message}");
    }
}

#[test]
fn a_missing_field_is_pointed_at() {
    let (code, pointer, _) = refuse(
        "workflow.upload_details",
        &upload(|p| {
            p["details"][1].as_object_mut().unwrap().remove("platform");
        }),
    );
    assert_eq!((code, pointer.as_str()), (ErrorCode::MissingField, "/details/1/platform"));
}

#[test]
fn arrays_do_not_pass_for_objects() {
    let (code, pointer, message) =
        refuse("workflow.upload_details", &upload(|p| p["details"][1] = json!(["+62", "P"])));
    assert_eq!((code, pointer.as_str()), (ErrorCode::WrongType, "/details/1"));
    assert!(message.contains("an object"), "{message}");
    assert_eq!(refuse("workflow.upload_details", &json!(["w", []])).0, ErrorCode::WrongType);
    let (code, pointer, _) = refuse("process.query_task_qian", &json!({"header": [0, ""], "payload": {}}));
    assert_eq!((code, pointer.as_str()), (ErrorCode::WrongType, "/header"));
}

#[test]
fn times_need_their_zone_and_a_search_needs_a_key() {
    for wrong in ["2023-09-01", "2023-09-01T00:00:00Z", "2023-09-01 00:00:00", "2023-13-01 00:00:00+08:00"] {
        let params = json!({"case_id": "c", "start_time": wrong, "end_time": "2023-09-14 00:00:00+08:00"});
        let (code, pointer, message) = refuse("workflow.detail_instances", &params);
        assert_eq!((code, pointer.as_str()), (ErrorCode::InvalidValue, "/start_time"), "{wrong}");
        assert!(message.contains("+08:00"), "{message}");
    }
    let params = json!({"start_time": "2023-09-01 00:00:00+08:00", "end_time": "2023-09-14 00:00:00+08:00"});
    let (code, _, message) = refuse("workflow.detail_instances", &params);
    assert_eq!(code, ErrorCode::MissingField);
    assert!(message.contains("case_id") && message.contains("callee"), "{message}");
}

#[test]
fn what_is_not_json_is_refused_without_being_quoted() {
    let check = catalog::operation("workflow.upload_details").unwrap().check;
    for text in ["", "{", "[]x", "{\"workflow_id\":\"fake-secret\"", "{\"workflow_id\":\"\\ud800\"}"] {
        let error = check(text).unwrap_err();
        assert!(matches!(error.code(), ErrorCode::InvalidJson | ErrorCode::WrongType), "{text}: {error}");
        assert!(!error.to_string().contains("fake-secret"));
    }
}

#[test]
fn a_wrong_number_or_id_is_told_by_its_character_or_its_origin_and_not_shown() {
    for (callee, why) in [
        ("'+62812345678", "apostrophe"),
        ("6.28E+11", "spreadsheet"),
        ("0812345678", "national number"),
        ("62812345678", "lacks the `+`"),
        ("+620812345678", "no 0 behind its country code"),
        ("\u{202a}+62812345678", "U+202A (an invisible character) at character 1"),
        ("+62812345678\u{a0}", "U+00A0 (an invisible character) at character 13"),
        ("+62\u{ff18}12345678", "U+FF18 (a full-width character) at character 4"),
    ] {
        let (code, pointer, message) =
            refuse("workflow.upload_details", &upload(|p| p["details"][1]["callee"] = callee.into()));
        assert_eq!((code, pointer.as_str()), (ErrorCode::InvalidValue, "/details/1/callee"));
        assert!(message.contains(why) && !message.contains("12345678 "), "{message}");
        assert!(!message.contains("812345678"), "{message}");
    }
    let caseid =
        |caseid: &str| refuse("workflow.upload_details", &upload(|p| p["details"][0]["caseid"] = caseid.into()));
    assert!(caseid("c\u{200b}1").2.contains("U+200B (an invisible character) at character 2"));
    assert!(caseid("c1 ").2.contains("spaces around it"));
}

/// What was sent by an earlier version must still be found: who is looked up was not always checked so strictly.
#[test]
fn look_ups_take_what_uploads_once_took() {
    let info = catalog::operation("workflow.detail_instances").expect("the operation is in the catalog");
    let times = json!({"start_time": "2023-09-01 00:00:00+08:00", "end_time": "2023-09-30 00:00:00+08:00"});
    for (field, value) in [("callee", "+620812345678"), ("case_id", "c-1 "), ("case_id", "c\u{a0}1")] {
        let mut params = times.clone();
        params[field] = value.into();
        (info.check)(&params.to_string()).expect(value);
    }
}

#[test]
fn objects_within_others_are_no_arrays_either() {
    let message = |inner: Value| {
        json!({"call_id": "c", "channel": "huawei", "channel_id": "i", "user": {"id": "u"},
            "messages": [{"type": "text", "media": inner}]})
    };
    let (code, pointer, said) = refuse("chat.huawei_message", &message(json!(["u", "n"])));
    assert_eq!((code, pointer.as_str()), (ErrorCode::WrongType, "/messages/0/media"));
    assert_eq!(said, "invalid type: sequence, expected an object");
    let (code, pointer, _) = refuse("chat.huawei_message", &message(json!({"origin_url": "u", "nam": "n"})));
    assert_eq!((code, pointer.as_str()), (ErrorCode::UnknownField, "/messages/0/media/nam"));
    let info = catalog::operation("chat.huawei_message").expect("the operation is in the catalog");
    (info.check)(&message(json!(null)).to_string()).expect("a field that may be missing may be null");
}

#[test]
fn texts_that_a_writer_of_json_would_not_make_get_their_fault() {
    let check = catalog::operation("tasks.list").expect("the operation is in the catalog").check;
    for (text, code, pointer, message) in [
        (r#"{"Number":9223372036854775808}"#, ErrorCode::InvalidValue, "/Number", "expected a whole number of 64 bits"),
        (r#"{"Number":-0.0}"#, ErrorCode::WrongType, "/Number", "floating point"),
        (r#"{"Number":1,"Number":1}"#, ErrorCode::InvalidValue, "/Number", "duplicate field `Number`"),
        (r#"{"\u0054ype":7}"#, ErrorCode::WrongType, "/Type", "invalid type: integer, expected a string"),
        (r#"{"a/b~":7}"#, ErrorCode::UnknownField, "/a~1b~0", "expected one of `Number`, `Page`, `Type`"),
        (r#"{"Type":"\ud800"}"#, ErrorCode::InvalidJson, "", "half of a surrogate pair"),
        ("{\n\"Type\":tru}", ErrorCode::InvalidJson, "", "line 2, column 11"),
        (r#"{"Type":"a"}}"#, ErrorCode::InvalidJson, "", "line 1, column 13"),
        (r#"{"Type":"a",}"#, ErrorCode::InvalidJson, "", "line 1, column 13"),
        (r#""Type""#, ErrorCode::WrongType, "", "invalid type: string, expected an object"),
    ] {
        let error = check(text).expect_err(text);
        assert_eq!((error.code(), error.details().pointer.as_deref().unwrap_or_default()), (code, pointer), "{text}");
        assert!(error.details().message.contains(message), "{text}: {error}");
    }
    for text in [r#"{"Number":-9223372036854775808}"#, " {\t\"\\u0054ype\" : null } "] {
        check(text).expect(text);
    }
}

#[test]
fn what_nobody_checks_may_be_anything_however_deeply_nested() {
    let check = catalog::operation("workflow.task_detail").expect("the operation is in the catalog").check;
    let deep = format!(r#"{{"a":{}1.5e3{}}}"#, r#"[{"b":"#.repeat(50_000), "}]".repeat(50_000));
    check(&deep).expect("its fields are not published");
    for text in [&deep[..deep.len() - 2], r#"{"a":[1,]}"#, r#"{"a":{"b"}}"#, r#"{"a":[1}}"#, r#"{"a":nul}"#] {
        assert_eq!(check(text).expect_err("it is no JSON").code(), ErrorCode::InvalidJson);
    }
}

/// Parameters of `workflow.detail_instances`, mostly right ones.
fn params_text() -> impl Strategy<Value = String> {
    let field = |name: &'static str, right: &'static str| {
        let wrong = "(null|true|-?[0-9]{1,20}|1\\.5|\"\"|\"\\\\ud83d\\\\ude00\")";
        let value = prop_oneof![8 => Just(right.to_owned()), 1 => wrong];
        let written = value.prop_map(move |value| format!(r#""{name}" : {value}"#));
        prop_oneof![1 => Just(vec![]), 9 => prop::collection::vec(written, 1)]
    };
    let time = r#""2026-12-01 18:00:00+08:00""#;
    let fields = [field("case_id", r#""c-\u0031""#), field("callee", r#""+62812""#), field("start_time", time)];
    let odd = prop_oneof![9 => Just(vec![]), 1 => prop::sample::select(vec![r#""odd":1"#, r#""callee":null"#])
        .prop_map(|field| vec![field.to_owned()])];
    (fields, field("end_time", time), odd).prop_flat_map(|(fields, end, odd)| {
        let fields = fields.concat().into_iter().chain(end).chain(odd).collect::<Vec<_>>();
        Just(fields).prop_shuffle().prop_map(|fields| format!("{{{}}}", fields.join(",\n")))
    })
}

proptest! {
    /// The check and the types agree on what the parameters are.
    #[test]
    fn what_passes_the_check_is_read_by_the_types(text in params_text()) {
        let passes = (catalog::operation("workflow.detail_instances").unwrap().check)(&text).is_ok();
        let read = serde_json::from_str::<DetailInstances<'_>>(&text)
            .is_ok_and(|params| params.case_id.is_some() || params.callee.is_some());
        prop_assert_eq!(passes, read, "{}", text);
    }
}
