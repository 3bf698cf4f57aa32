//! Chats: stores what the user writes, lets a bot answer, and sends its answer as an event.

use airudder_core::OperationInfo;
use airudder_core::crypto::{SIGN_HEADER, SIGN_KEY_HEADER, Scheme, SigningInput};
use airudder_core::operations::chat::{HuaweiMessages, SessionMessages};
use axum::http::HeaderMap;
use serde_json::{Value, json};

use crate::app::App;
use crate::clock;
use crate::operations::parse;
use crate::random::fresh_id;
use crate::store;
use crate::wire::{self, Answer, Inbound};

/// Checks `X-AIRudder-Sign` with the sandbox's secret; without one, any signature is right.
fn authorise(app: &App, headers: &HeaderMap, inbound: &Inbound) -> Result<(), Answer> {
    let signature = wire::header_text(headers, SIGN_HEADER).ok_or_else(Answer::unauthorized)?;
    let key = wire::header_text(headers, SIGN_KEY_HEADER).ok_or_else(Answer::unauthorized)?;
    let Some(secret) = &app.config.sign_secret else { return Ok(()) };
    let scheme: Scheme = app.config.sign_scheme.parse().map_err(|_| Answer::failed())?;
    let sent = headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect();
    let input = SigningInput { secret: secret.expose(), key: Some(key), headers: &sent, body: &inbound.sent };
    scheme.verify(signature, &input).map_err(|_| Answer::unauthorized())
}

pub(crate) async fn session_messages(
    app: &App,
    operation: &OperationInfo,
    headers: &HeaderMap,
    inbound: &Inbound,
) -> Result<Answer, Answer> {
    authorise(app, headers, inbound)?;
    let given: SessionMessages<'_> = parse(operation, &inbound.text)?;
    let (call_id, before, size) = (given.call_id.to_string(), given.last_msg_id.to_string(), given.size.clamp(1, 1000));
    let messages = app.store.transact(move |db| store::messages(db, &call_id, &before, size)).await?;
    Ok(Answer::ok(format!("[{}]", messages.join(","))))
}

pub(crate) async fn huawei_message(
    app: &App,
    operation: &OperationInfo,
    headers: &HeaderMap,
    inbound: &Inbound,
) -> Result<Answer, Answer> {
    authorise(app, headers, inbound)?;
    let given: HuaweiMessages<'_> = parse(operation, &inbound.text)?;
    let mut messages: Vec<Value> = given.messages.iter().map(|content| message("user", &json!(content))).collect();
    let answer = message("chatbot", &json!({ "type": "text", "text": "This is a sandbox." }));
    messages.push(answer.clone());
    let event = json!({
        "event": "message.send",
        "company": "sandbox",
        "channel": "chatbot",
        "channel_id": given.channel_id,
        "user": given.user,
        "call_id": given.call_id,
        "messages": [answer],
    });
    let (call_id, has_receiver) = (given.call_id.to_string(), app.config.webhook_url.is_some());
    app.store
        .transact(move |db| {
            for message in &messages {
                let id = message.get("msg_id").and_then(Value::as_str).unwrap_or_default();
                store::add_message(db, &call_id, id, &message.to_string())?;
            }
            if has_receiver {
                store::add_event(db, "message.send", &event.to_string(), clock::now_ms())?;
            }
            Ok(())
        })
        .await?;
    app.events_waiting.notify_one();
    Ok(Answer::ok(json!({}).to_string()))
}

fn message(sender: &str, content: &Value) -> Value {
    json!({ "msg_id": fresh_id(), "sender_type": sender, "timestamp": clock::now_ms() / 1000, "content": content })
}
