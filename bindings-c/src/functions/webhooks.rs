//! Webhooks

use std::{
    ffi::{c_char, c_int},
    sync::Arc,
};

use airudder_core::{Delivery, Error, Event, Headers, Secret, WebhookConfig, Webhooks};

use crate::{
    ffi::{
        field_list::FieldList,
        memory,
        pointers::{Bytes, Length, Text},
        settings::{DeliveryPointer, ErrorSlot, WebhooksConfigPointer},
    },
    functions::crypto::block,
    objects::{
        answer::{Out, code, code_with_error, output},
        buffers::{BUFFERS, Buffer},
        catalog,
        events::{EVENTS, Received},
        handles::Table,
    },
    types::{
        buffers::airudder_buffer,
        events::airudder_event,
        webhooks::{airudder_webhooks, airudder_webhooks_config},
    },
};

/// The answer.
#[repr(C)]
pub struct airudder_ack {
    /// 200.
    pub status: c_int,
    /// `application/json`
    pub content_type: *const c_char,
    /// `{}`
    pub body: *const c_char,
    /// 2
    pub body_len: usize,
}

static HOOKS: Table<Arc<Webhooks>> = Table::new(4, "airudder_webhooks");

fn config(given: &airudder_webhooks_config<'_>) -> Result<WebhookConfig, Error> {
    #[cfg(not(feature = "catalog"))]
    catalog::none(given.catalog)?;
    let usual = WebhookConfig::default();
    let secret = |text: Text<'_>, name: &str| Ok::<_, Error>(text.setting(name)?.map(Secret::new));
    let text = |text: Text<'_>, name: &str| Ok::<_, Error>(text.setting(name)?.map(str::to_owned));
    let secrets = [secret(given.secret, "secret")?, secret(given.other_secret, "other_secret")?];
    Ok(WebhookConfig {
        secrets: secrets.into_iter().flatten().collect(),
        sign_key: secret(given.sign_key, "sign_key")?,
        scheme: text(given.scheme, "scheme")?.unwrap_or(usual.scheme),
        encryption_key: secret(given.encryption_key, "encryption_key")?,
        cipher: text(given.cipher, "cipher")?.unwrap_or(usual.cipher),
        require_signature: given.allow_unsigned == 0,
        require_encryption: (given.require_encryption != 0).then_some(given.require_encryption > 0),
        max_body_bytes: if given.max_body_bytes == 0 { usual.max_body_bytes } else { given.max_body_bytes },
        // A negative limit becomes 0, which the core refuses with the setting's name.
        max_depth: if given.max_depth == 0 { usual.max_depth } else { usize::try_from(given.max_depth).unwrap_or(0) },
        tolerance_ms: if given.tolerance_ms == 0 { usual.tolerance_ms } else { u64::try_from(given.tolerance_ms).ok() },
        own_verifier: given.own_verifier != 0,
        #[cfg(feature = "catalog")]
        catalog: catalog::given(given.catalog)?,
    })
}

/// Makes a receiver.
///
/// @param config  The settings.
/// @param hooks   Receives the receiver, to be freed with airudder_webhooks_free(); 0 if it fails.
/// @param error   Receives the error; may be NULL.
/// @return 0; AIRUDDER_E1001_INVALID_CONFIG, AIRUDDER_E1016_INVALID_ARGUMENT, AIRUDDER_E6001_INVALID_KEY,
///         AIRUDDER_E6004_INVALID_SCHEME, AIRUDDER_E6005_INVALID_CIPHER.
///
///     airudder_webhooks_config cfg = AIRUDDER_WEBHOOKS_CONFIG_INIT;
///     cfg.secret = getenv("AIRUDDER_WEBHOOK_SECRET");
///     airudder_webhooks_new(&cfg, &hooks, &err);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_webhooks_new(
    config: WebhooksConfigPointer<'_>,
    hooks: Out<'_, airudder_webhooks>,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        let hooks = output(hooks, "hooks", 0)?;
        *hooks = HOOKS.insert(Arc::new(Webhooks::new(self::config(&config.get("config")?)?)?));
        Ok(())
    })
}

/// Verifies, decrypts and reads a delivery. Store the event under its dedupe key, answer 200 with the body
/// `{}`, and work on it later: AI Rudder sends it again after a minute, at most five times, until it gets a
/// 200.
///
/// @param hooks         The receiver.
/// @param headers       The header fields of the delivery.
/// @param header_count  How many.
/// @param body          The body's bytes as they came: a signature is about bytes.
/// @param body_len      How many.
/// @param kind          The event that this URL is for, such as `pds.task.status`, which cannot be recognized by its
///                      fields. The body is then taken for this event, whatever it says. NULL: the event is
///                      recognized by what the body says, and an unknown one is no error.
/// @param event         Receives the event, to be freed with airudder_event_free(); 0 if it fails.
/// @param error         Receives the error; may be NULL.
/// @return 0; AIRUDDER_E5001… signature missing, AIRUDDER_E5002… wrong, AIRUDDER_E5003… to AIRUDDER_E5005…
///         unreadable, AIRUDDER_E5008… plain where that is refused, AIRUDDER_E5009… not decryptable and not
///         signed, AIRUDDER_E6002…, AIRUDDER_E6003…, AIRUDDER_E6008… or AIRUDDER_E6009… not decryptable: answer 400 to all of them alike. Anything else is your side, such as AIRUDDER_E1001_INVALID_CONFIG for a `kind` that is not known: answer 500.
///
///     airudder_webhooks_unwrap(hooks, headers, header_count, body, body_len, NULL, &event, &err);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_webhooks_unwrap(
    hooks: airudder_webhooks,
    headers: FieldList<'_>,
    header_count: Length,
    body: Bytes<'_>,
    body_len: Length,
    kind: Text<'_>,
    event: Out<'_, airudder_event>,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        let event = output(event, "event", 0)?;
        let (headers, body) = (headers.get(header_count)?, body.get(body_len, "body")?);
        let kind = kind.optional("kind")?;
        *event = received(hooks, body, |hooks| hooks.unwrap(&Delivery::new(body, &headers), kind))?;
        Ok(())
    })
}

/// Verifies, decrypts and reads a delivery whose scheme signs more than header fields and body: the method, the URL, or
/// a time, which is compared with that of receipt. Else as airudder_webhooks_unwrap().
///
/// @param hooks     The receiver.
/// @param delivery  The delivery.
/// @param kind      The event that this URL is for, or NULL.
/// @param event     Receives the event, to be freed with airudder_event_free(); 0 if it fails.
/// @param error     Receives the error; may be NULL.
/// @return As airudder_webhooks_unwrap(); AIRUDDER_E5007_SIGNATURE_TOO_OLD, to which you answer 400, too.
///
///     airudder_delivery delivery = AIRUDDER_DELIVERY_INIT;
///     delivery.headers = headers, delivery.header_count = header_count;
///     delivery.body = body, delivery.body_len = body_len;
///     delivery.url = "https://hooks.example.test/airudder?tenant=1";
///     delivery.received_ms = unix_ms();
///     airudder_webhooks_unwrap_delivery(hooks, &delivery, NULL, &event, &err);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_webhooks_unwrap_delivery(
    hooks: airudder_webhooks,
    delivery: DeliveryPointer<'_>,
    kind: Text<'_>,
    event: Out<'_, airudder_event>,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        let event = output(event, "event", 0)?;
        let mut headers = Headers::new();
        let (delivery, kind) = (delivery.get("delivery")?.read(&mut headers)?, kind.optional("kind")?);
        *event = received(hooks, delivery.body, |hooks| hooks.unwrap(&delivery, kind))?;
        Ok(())
    })
}

/// Decrypts and reads a delivery that you have verified yourself, such as by an RSA key, or as no scheme can say. The
/// event counts as verified: never call this before you have. Else as airudder_webhooks_unwrap().
///
/// @param hooks         The receiver, made with `own_verifier`.
/// @param headers       The header fields of the delivery.
/// @param header_count  How many.
/// @param body          The body's bytes as they came.
/// @param body_len      How many.
/// @param kind          The event that this URL is for, or NULL.
/// @param event         Receives the event, to be freed with airudder_event_free(); 0 if it fails.
/// @param error         Receives the error; may be NULL.
/// @return As airudder_webhooks_unwrap(), but for the signature.
///
///     if (!is_genuine(headers, header_count, body, body_len)) return 400;
///     airudder_webhooks_unwrap_verified(hooks, headers, header_count, body, body_len, NULL, &event, &err);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_webhooks_unwrap_verified(
    hooks: airudder_webhooks,
    headers: FieldList<'_>,
    header_count: Length,
    body: Bytes<'_>,
    body_len: Length,
    kind: Text<'_>,
    event: Out<'_, airudder_event>,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        let event = output(event, "event", 0)?;
        let (headers, body) = (headers.get(header_count)?, body.get(body_len, "body")?);
        let kind = kind.optional("kind")?;
        *event = received(hooks, body, |hooks| hooks.unwrap_verified(&Delivery::new(body, &headers), kind))?;
        Ok(())
    })
}

/// The event that a receiver reads out of a body.
fn received(
    hooks: airudder_webhooks,
    body: &[u8],
    unwrap: impl FnOnce(&Webhooks) -> Result<Event, Error>,
) -> Result<airudder_event, Error> {
    memory::to_work_on(body.len())?;
    Ok(EVENTS.insert(Received::new(&HOOKS.share(hooks, |hooks| unwrap(hooks))?)?))
}

/// Says what the scheme of a receiver does not protect against, as some well-known senders' schemes do not: show it
/// to whoever runs the receiver.
///
/// @param hooks   The receiver.
/// @param buffer  Receives a buffer with a sentence, to be freed with airudder_buffer_free(); 0 where the scheme is not
///                known to be weak, where you verify yourself, or if it fails.
/// @param error   Receives the error; may be NULL.
/// @return 0; AIRUDDER_E1014_INVALID_HANDLE.
///
///     airudder_webhooks_weakness(hooks, &buffer, &err);
///     if (buffer && airudder_buffer_data(buffer, &text) == 0) fprintf(stderr, "%s\n", text.data);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_webhooks_weakness(
    hooks: airudder_webhooks,
    buffer: Out<'_, airudder_buffer>,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        let buffer = output(buffer, "buffer", 0)?;
        if let Some(weakness) = HOOKS.share(hooks, |hooks| Ok(hooks.weakness()))? {
            *buffer = BUFFERS.insert(Buffer::of(weakness)?);
        }
        Ok(())
    })
}

/// Signs a body by the first secret, as AI Rudder might: for tests of your receiver.
///
/// @param hooks     The receiver.
/// @param body      The body.
/// @param body_len  Its length in bytes.
/// @param buffer    Receives a buffer with the header fields (airudder_buffer_header()) and no data.
/// @param error     Receives the error; may be NULL.
/// @return 0; AIRUDDER_E1001_INVALID_CONFIG without a secret; AIRUDDER_E1010_INVALID_REQUEST where the scheme
///         signs a header field, which this function is not given, or a key, and there is no `sign_key`.
///
///     airudder_webhooks_sign(hooks, body, body_len, &buffer, &err);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_webhooks_sign(
    hooks: airudder_webhooks,
    body: Bytes<'_>,
    body_len: Length,
    buffer: Out<'_, airudder_buffer>,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        let buffer = output(buffer, "buffer", 0)?;
        let body = body.get(body_len, "body")?;
        memory::to_work_on(body.len())?;
        let headers = HOOKS.share(hooks, |hooks| hooks.sign(body))?;
        *buffer = BUFFERS.insert(Buffer::new(Vec::new(), &headers)?);
        Ok(())
    })
}

/// A delivery as AI Rudder might send it, encrypted if there is a key and signed if there is a secret: for
/// tests of your receiver.
///
/// @param hooks     The receiver.
/// @param json      The event.
/// @param json_len  Its length in bytes.
/// @param iv        16 random bytes, for ciphers that write an initialization vector or a frame; else NULL.
/// @param iv_len    16, or 0.
/// @param buffer    Receives a buffer with the body and its header fields.
/// @param error     Receives the error; may be NULL.
/// @return 0; AIRUDDER_E6007_IV_REQUIRED.
///
///     airudder_webhooks_seal(hooks, json, json_len, NULL, 0, &buffer, &err);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_webhooks_seal(
    hooks: airudder_webhooks,
    json: Bytes<'_>,
    json_len: Length,
    iv: Bytes<'_>,
    iv_len: Length,
    buffer: Out<'_, airudder_buffer>,
    error: ErrorSlot<'_>,
) -> c_int {
    code_with_error(error, || {
        let buffer = output(buffer, "buffer", 0)?;
        let (json, iv) = (json.text(json_len, "json")?, block(iv.get(iv_len, "iv")?)?);
        memory::to_work_on(json.len())?;
        let (headers, body) = HOOKS.share(hooks, |hooks| hooks.seal(json, iv))?;
        *buffer = BUFFERS.insert(Buffer::new(body, &headers)?);
        Ok(())
    })
}

/// The answer to a delivery, also to one that came before.
///
/// @param ack  Receives it; its texts live for ever.
/// @return 0; AIRUDDER_E1016_INVALID_ARGUMENT.
///
///     airudder_webhooks_ack(&ack);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_webhooks_ack(ack: Out<'_, airudder_ack>) -> c_int {
    code(|| {
        let answer =
            airudder_ack { status: 200, content_type: c"application/json".as_ptr(), body: c"{}".as_ptr(), body_len: 2 };
        output(ack, "ack", answer).map(|_| ())
    })
}

/// Frees a receiver. Its events live on.
///
/// @param hooks  What to free.
/// @return 0; AIRUDDER_E1014_INVALID_HANDLE if it was freed already, or is no receiver.
///
///     airudder_webhooks_free(hooks);
#[unsafe(no_mangle)]
pub extern "C" fn airudder_webhooks_free(hooks: airudder_webhooks) -> c_int {
    code(|| HOOKS.free(hooks))
}
