//! Text messages.

use serde::{Deserialize, Serialize};

use crate::api::{
    operation::operations,
    params::{Text, Validate},
    received::received,
};

/// A text message to one or more numbers. All of it was seen in a public client alone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SendSms<'a> {
    /// The numbers \[observed]; their form is not known.
    #[serde(borrow)]
    pub to: Vec<Text<'a>>,
    /// The text \[observed].
    #[serde(borrow)]
    pub message: Text<'a>,
    /// The sender \[observed].
    #[serde(borrow)]
    pub from: Text<'a>,
    /// Where its state is reported \[observed]; in what form is not known.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub callback_url: Option<Text<'a>>,
}

impl Validate for SendSms<'_> {}

received! {
    /// The message that was sent.
    SmsId {
        /// Its id.
        #[serde(rename = "messageId")]
        message_id: String,
    }
}

operations! {
    /// Send a text message. Sending it twice delivers it twice.
    operation {
        number: 17,
        name: "sms.send",
        method: Post,
        path: "/service/sms/message/v2/send",
        auth: Token,
        envelope: Sms,
        replay: Never,
        source: Observed,
        params: SendSms<'_>,
        checked_as: SendSms<'_>,
        result: SmsId,
    }
}
