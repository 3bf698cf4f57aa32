//! Deliveries that are sealed, verified, read, and freed in any order.

use super::arguments::{NONE, bytes, failed, fields, no_error, output, read, read_terminated, settings, text, zeroed};
use crate::{
    functions::{buffers::*, crypto::airudder_detect_delivery, events::*, webhooks::*},
    types::{
        header::airudder_header,
        webhooks::{airudder_delivery, airudder_webhooks, airudder_webhooks_config},
    },
};

fn receiver() -> airudder_webhooks {
    let config = airudder_webhooks_config {
        size: size_of::<airudder_webhooks_config<'_>>(),
        secret: text(c"fake-webhook-secret"),
        encryption_key: text(c"fake-key-16bytes"),
        ..zeroed()
    };
    output(|hooks| airudder_webhooks_new(settings(&config), hooks, no_error()))
}

#[test]
fn a_delivery_is_opened_and_read() {
    let hooks = receiver();
    let plain =
        br#"{"event":"channel.message.sent","company":"c","messages":[{"msg_id":"m","timestamp":5,"status":"read"}]}"#;
    let ((json, json_len), (iv, iv_len)) = (bytes(plain), bytes(b""));
    let sealed = output(|buffer| airudder_webhooks_seal(hooks, json, json_len, iv, iv_len, buffer, no_error()));
    let body = output(|data| airudder_buffer_data(sealed, data));
    let mut headers: Vec<airudder_header<'_>> = Vec::new();
    while headers.len() < 9 {
        let mut field = std::mem::MaybeUninit::uninit();
        match airudder_buffer_header(sealed, headers.len(), Some(&mut field)) {
            // SAFETY: it succeeded.
            0 => headers.push(unsafe { field.assume_init() }),
            code => {
                assert_eq!(code, 1017);
                break;
            }
        }
    }
    // SAFETY: it lives until the buffer is freed.
    let sent = unsafe { read(body) };
    let ((headers, header_count), (body, body_len)) = (fields(&headers), bytes(sent.as_bytes()));
    let event =
        output(|event| airudder_webhooks_unwrap(hooks, headers, header_count, body, body_len, NONE, event, no_error()));
    // The event needs neither.
    assert_eq!(airudder_buffer_free(sealed), 0);
    assert_eq!(airudder_webhooks_free(hooks), 0);

    let kind = output(|kind| airudder_event_type(event, kind));
    let key = output(|key| airudder_event_dedupe_key(event, key));
    let json = output(|json| airudder_event_json(event, json));
    let id = output(|value| airudder_event_get_str(event, text(c"/messages/0/msg_id"), value));
    let name = output(|value| airudder_event_get_name(event, text(c"/messages/0"), 2, value));
    assert_eq!(output(|value| airudder_event_get_int(event, text(c"/messages/0/timestamp"), value)), 5);
    assert_eq!(output(|value| airudder_event_get_count(event, text(c"/messages"), value)), 1);
    assert_eq!(output(|known| airudder_event_known(event, known)), 1);
    assert_eq!(output(|verified| airudder_event_verified(event, verified)), 1);
    failed(1017, |value| airudder_event_get_str(event, text(c"/nothing"), value));
    // SAFETY: they live until the event is freed, whatever else was asked.
    unsafe {
        assert_eq!([kind, id, name].map(|text| read(text)), ["channel.message.sent", "m", "status"]);
        assert!(!read(key).is_empty());
        assert_eq!(read(json).as_bytes(), plain);
    }
    assert_eq!(airudder_event_free(event), 0);
}

#[test]
fn a_delivery_that_is_wrong_gives_no_event() {
    let hooks = receiver();
    let headers = [airudder_header { name: text(c"X-AIRudder-Sign"), value: text(c"no signature \xff") }];
    let ((headers, header_count), (body, body_len)) = (fields(&headers), bytes(b"\xff\x00{"));
    let none = failed(5002, |event| {
        airudder_webhooks_unwrap(hooks, headers, header_count, body, body_len, NONE, event, no_error())
    });
    assert_eq!(none, 0);
    assert_eq!(airudder_webhooks_free(hooks), 0);
}

#[test]
fn how_a_delivery_is_signed_is_found_out() {
    let hooks = receiver();
    let weakness = output(|buffer| airudder_webhooks_weakness(hooks, buffer, no_error()));
    assert_eq!(weakness, 0);
    let (body, body_len) = bytes(b"{}");
    let signed = output(|buffer| airudder_webhooks_sign(hooks, body, body_len, buffer, no_error()));
    let field: airudder_header<'_> = output(|field| airudder_buffer_header(signed, 0, field));
    let headers = [field];
    let ((headers, header_count), (body, body_len)) = (fields(&headers), bytes(b"{}"));
    let size = size_of::<airudder_delivery<'_>>();
    let delivery = airudder_delivery { size, headers, header_count, body, body_len, ..zeroed() };
    let mut buffer = std::mem::MaybeUninit::uninit();
    let found = output(|found| {
        let secret = text(c"fake-webhook-secret");
        airudder_detect_delivery(settings(&delivery), secret, NONE, NONE, found, Some(&mut buffer), no_error())
    });
    // SAFETY: it succeeded.
    let buffer = unsafe { buffer.assume_init() };
    // SAFETY: the texts live until the buffer is freed.
    unsafe {
        assert_eq!(read(found.scheme), "hmac-sha256:hex:body");
        assert!(found.cipher.data.is_null());
        assert!(!read(found.notes).is_empty());
    }
    assert_eq!(airudder_buffer_free(buffer), 0);
    assert_eq!(airudder_buffer_free(signed), 0);
    assert_eq!(airudder_webhooks_free(hooks), 0);
    let ack = output(|ack| airudder_webhooks_ack(ack));
    // SAFETY: it lives for ever.
    assert_eq!(unsafe { read_terminated(ack.body) }.len(), ack.body_len);
}
