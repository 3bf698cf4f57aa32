//! Chats: WhatsApp and the like.

use serde_json::Value;

use crate::api::{event::events, open_enum::open_enum, received::received};

open_enum! {
    /// The author of a message.
    SenderType {
        /// The customer.
        User = "user",
        /// A voice bot.
        Robot = "robot",
        /// A chat bot.
        Chatbot = "chatbot",
        /// A person of the company.
        Agent = "agent",
        /// Nobody: a note of the system.
        System = "system",
    }
}

open_enum! {
    /// The delivery status of a message.
    MessageStatus {
        /// Sent.
        Send = "send",
        /// Delivered.
        Delivery = "delivery",
        /// Read.
        Read = "read",
    }
}

open_enum! {
    /// The kind of a message.
    ContentType {
        /// Plain text.
        Text = "text",
        /// A picture.
        Image = "image",
        /// A film.
        Video = "video",
        /// A sound.
        Audio = "audio",
        /// A file.
        File = "file",
        /// A pressed button.
        Button = "button",
        /// A note of the system.
        System = "system",
        /// A message from a template.
        Template = "template",
        /// Buttons or a list to choose from, or what was chosen.
        Interactive = "interactive",
    }
}

received! {
    /// Messages of the company to a customer were sent.
    ChannelMessageSent {
        /// The event's name.
        event: String,
        /// The company.
        company: String,
        /// The channel, for instance `WhatsApp`.
        channel: String,
        /// The channel's id.
        channel_id: String,
        /// The customer.
        user: ChatUser,
        /// The conversation's id.
        call_id: String,
        /// The messages.
        messages: Vec<ChatMessage>,
        /// The vendor marks it as required, and leaves it out in its own example.
        custom: String,
    }

    /// The bot answered.
    MessageSend {
        /// The event's name.
        event: String,
        /// The company.
        company: String,
        /// The channel, for instance `chatbot`.
        channel: String,
        /// The channel's id.
        channel_id: String,
        /// The customer.
        user: ChatUser,
        /// The conversation's id.
        call_id: String,
        /// The messages.
        messages: Vec<ChatMessage>,
        /// Values that came with the conversation.
        custom: String,
    }

    /// The customer of a chat.
    ChatUser {
        /// The customer's id, for WhatsApp the phone number without `+`.
        id: String,
        /// The customer's name.
        name: String,
    }

    /// A message of a chat.
    ChatMessage {
        /// Opaque; it repeats within one event.
        msg_id: String,
        /// The agent's seat.
        seat_id: String,
        /// When it was written, in Unix seconds.
        timestamp: i64,
        /// The author.
        sender_type: SenderType,
        /// The delivery status.
        status: MessageStatus,
        /// The content.
        content: MessageContent,
        /// The message that it answers, in one of two layouts.
        reply: Value,
    }

    /// The content of a message; `type` tells which other field is there.
    MessageContent {
        /// The kind of the message.
        #[serde(rename = "type")]
        kind: ContentType,
        /// The text; for `interactive`, what the customer chose.
        text: String,
        /// The file of an image, video, audio or file.
        media: Media,
        /// A note of the system.
        system: Value,
        /// The template's texts and buttons; its shape differs by channel.
        template: Value,
        /// Buttons (`type` `button`) or sections of a list (`type` `list`).
        interactive: Value,
    }

    /// A file.
    Media {
        /// Where it can be fetched.
        origin_url: String,
        /// The file's name.
        name: String,
    }
}

events! {
    /// Messages of the company (of a bot or of an agent) to a customer were sent.
    event {
        number: 3,
        name: "channel.message.sent",
        signature: Documented,
        source: Documented,
        body: ChannelMessageSent,
    }
    /// The bot answered: pass its messages on to the customer. That it is signed is probable, not documented.
    event {
        number: 7,
        name: "message.send",
        signature: Undocumented,
        source: Documented,
        body: MessageSend,
    }
}
