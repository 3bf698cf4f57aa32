//! Chats. These operations are signed; the scheme is a setting, since the vendor does not publish it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::api::{
    events::chat::ChatMessage,
    operation::operations,
    params::{Each, Id, Text, UNLIMITED, Validate, object},
};

/// The messages of a conversation, newest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SessionMessages<'a> {
    /// The conversation \[documented].
    #[serde(borrow)]
    pub call_id: Id<'a>,
    /// The last message of the page before; empty for the first page \[documented].
    #[serde(borrow)]
    pub last_msg_id: Text<'a>,
    /// The number of messages on a page \[documented].
    pub size: i64,
    /// `single` in the documentation \[documented].
    #[serde(borrow, default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<Text<'a>>,
}

/// A user's messages on a Huawei channel, for the bot.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HuaweiMessages<'a, M = Vec<HuaweiMessage<'a>>> {
    /// The conversation \[documented].
    #[serde(borrow)]
    pub call_id: Id<'a>,
    /// `HuaWei` \[documented].
    #[serde(borrow)]
    pub channel: Text<'a>,
    /// The channel's id \[documented].
    #[serde(borrow)]
    pub channel_id: Id<'a>,
    /// The author \[documented].
    #[serde(borrow, deserialize_with = "object")]
    pub user: HuaweiUser<'a>,
    /// The text \[documented].
    pub messages: M,
}

/// The user of a Huawei channel.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HuaweiUser<'a> {
    /// The user's id \[documented].
    #[serde(borrow)]
    pub id: Text<'a>,
    /// The user's name \[documented].
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Text<'a>>,
}

/// A message of a user; `type` tells which other field is there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HuaweiMessage<'a> {
    /// `text`, `image`, `video`, `audio`, `file` or `interactive` \[documented].
    #[serde(borrow, rename = "type")]
    pub kind: Text<'a>,
    /// The text of a `text` \[documented].
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Text<'a>>,
    /// The file of an `image`, `video`, `audio` or `file` \[documented].
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub media: Option<HuaweiMedia<'a>>,
    /// The user's choice \[documented].
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub interactive: Option<HuaweiChoice<'a>>,
}

/// A file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HuaweiMedia<'a> {
    /// Where it can be fetched \[documented].
    #[serde(borrow)]
    pub origin_url: Text<'a>,
    /// The name of a `file` \[documented].
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Text<'a>>,
}

/// A user's choice; `type` tells which other field is there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HuaweiChoice<'a> {
    /// `list_reply` or `button_reply` \[documented].
    #[serde(borrow, rename = "type")]
    pub kind: Text<'a>,
    /// The row of a list \[documented].
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub list_reply: Option<HuaweiReply<'a>>,
    /// The button \[documented].
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub button_reply: Option<HuaweiReply<'a>>,
}

/// A row or a button.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HuaweiReply<'a> {
    /// Its id \[documented].
    #[serde(borrow)]
    pub id: Text<'a>,
    /// Its title \[documented].
    #[serde(borrow)]
    pub title: Text<'a>,
}

impl Validate for SessionMessages<'_> {}
impl<M> Validate for HuaweiMessages<'_, M> {}

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
        checked_as: SessionMessages<'_>,
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
        checked_as: HuaweiMessages<'_, Each<HuaweiMessage<'_>, UNLIMITED>>,
        result: Value,
    }
}
