//! Chats. These operations are signed; the scheme is a setting, since the vendor does not publish it.

use serde_json::Value;

use crate::api::{
    events::chat::ChatMessage,
    operation::operations,
    params::{Id, Text, params},
};

params! {
    /// The messages of a conversation, newest first.
    #[derive(Clone, Debug, Default, PartialEq)]
    SessionMessages<'a> {
        /// The conversation \[documented].
        call_id: Id<'a>,
        /// The last message of the page before; empty for the first page \[documented].
        last_msg_id: Text<'a>,
        /// The number of messages on a page \[documented].
        size: i64,
        /// `single` in the documentation \[documented].
        kind as "type": Option<Text<'a>>,
    }

    /// A user's messages on a Huawei channel, for the bot.
    #[derive(Clone, Debug, Default, PartialEq)]
    HuaweiMessages<'a> {
        /// The conversation \[documented].
        call_id: Id<'a>,
        /// `HuaWei` \[documented].
        channel: Text<'a>,
        /// The channel's id \[documented].
        channel_id: Id<'a>,
        /// The author \[documented].
        user: HuaweiUser<'a>,
        /// The text \[documented].
        messages: Vec<HuaweiMessage<'a>>,
    }

    /// The user of a Huawei channel.
    #[derive(Clone, Debug, Default, PartialEq)]
    HuaweiUser<'a> {
        /// The user's id \[documented].
        id: Text<'a>,
        /// The user's name \[documented].
        name: Option<Text<'a>>,
    }

    /// A message of a user; `type` tells which other field is there.
    #[derive(Clone, Debug, Default, PartialEq)]
    HuaweiMessage<'a> {
        /// `text`, `image`, `video`, `audio`, `file` or `interactive` \[documented].
        kind as "type": Text<'a>,
        /// The text of a `text` \[documented].
        text: Option<Text<'a>>,
        /// The file of an `image`, `video`, `audio` or `file` \[documented].
        media: Option<HuaweiMedia<'a>>,
        /// The user's choice \[documented].
        interactive: Option<HuaweiChoice<'a>>,
    }

    /// A file.
    #[derive(Clone, Debug, Default, PartialEq)]
    HuaweiMedia<'a> {
        /// Where it can be fetched \[documented].
        origin_url: Text<'a>,
        /// The name of a `file` \[documented].
        name: Option<Text<'a>>,
    }

    /// A user's choice; `type` tells which other field is there.
    #[derive(Clone, Debug, Default, PartialEq)]
    HuaweiChoice<'a> {
        /// `list_reply` or `button_reply` \[documented].
        kind as "type": Text<'a>,
        /// The row of a list \[documented].
        list_reply: Option<HuaweiReply<'a>>,
        /// The button \[documented].
        button_reply: Option<HuaweiReply<'a>>,
    }

    /// A row or a button.
    #[derive(Clone, Debug, Default, PartialEq)]
    HuaweiReply<'a> {
        /// Its id \[documented].
        id: Text<'a>,
        /// Its title \[documented].
        title: Text<'a>,
    }
}

operations! {
    /// The messages of a conversation, newest first, page by page.
    operation {
        number: 15,
        name: "chat.session_messages",
        method: Post,
        path: "/api/v1/session/messages",
        auth: Sign,
        envelope: Chat,
        replay: Safe,
        source: Documented,
        params: SessionMessages<'_>,
        result: Vec<ChatMessage>,
    }

    /// Pass a user's messages to the bot. Sending them twice makes the bot answer twice. What comes back is not documented.
    operation {
        number: 16,
        name: "chat.huawei_message",
        method: Post,
        path: "/api/v1/channel/huawei/message",
        auth: Sign,
        envelope: Chat,
        replay: Never,
        source: Documented,
        params: HuaweiMessages<'_>,
        result: Value,
    }
}
