//! Chats: stores what the user writes, lets a bot answer, and sends its answer as an event.

use airudder_core::operations::chat::{HuaweiMessages, SessionMessages};
use serde_json::{Value, json};

use crate::clock;
use crate::examples;
use crate::operations::Asked;
use crate::random::fresh_id;
use crate::store::{self, NewEvent};
use crate::wire::Answer;

pub(crate) async fn session_messages(asked: &Asked<'_>) -> Result<Answer, Answer> {
    let given: SessionMessages<'_> = asked.params()?;
    let (call_id, before, size) = (given.call_id.to_string(), given.last_msg_id.to_string(), given.size.clamp(1, 1000));
    let messages = asked.app.store.transact(move |db| store::messages(db, &call_id, &before, size)).await?;
    Ok(Answer::ok(format!("[{}]", messages.join(","))))
}

pub(crate) async fn huawei_message(asked: &Asked<'_>) -> Result<Answer, Answer> {
    let given: HuaweiMessages<'_> = asked.params()?;
    let now_ms = asked.app.clock.now_ms();
    let message = |sender: &str, content: &Value| {
        let timestamp = now_ms / 1000;
        json!({ "msg_id": fresh_id(), "sender_type": sender, "timestamp": timestamp, "content": content })
    };
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
    let (call_id, has_receiver) = (given.call_id.to_string(), asked.app.receiver.is_known());
    asked
        .app
        .store
        .transact(move |db| {
            for message in &messages {
                let id = message.get("msg_id").and_then(Value::as_str).unwrap_or_default();
                store::add_message(db, &call_id, id, &message.to_string())?;
            }
            if has_receiver {
                let body = event.to_string();
                let subject = examples::subject(&body);
                let event = NewEvent { kind: "message.send", body: &body, subject: subject.as_deref() };
                store::add_event(db, &event, clock::host_ms())?;
            }
            Ok(())
        })
        .await?;
    asked.app.events_waiting.notify_one();
    Ok(Answer::ok(json!({}).to_string()))
}
