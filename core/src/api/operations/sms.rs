//! Text messages.

use crate::api::{
    operation::operations,
    params::{Text, params},
    received::received,
};

params! {
    /// A text message to one or more numbers. All of it was seen in a public client alone.
    #[derive(Clone, Debug, Default, PartialEq)]
    SendSms<'a> {
        /// The numbers \[observed]; their form is not known.
        to: Vec<Text<'a>>,
        /// The text \[observed].
        message: Text<'a>,
        /// The sender \[observed].
        from: Text<'a>,
        /// Where its state is reported \[observed]; in what form is not known.
        callback_url as "callbackUrl": Option<Text<'a>>,
    }
}

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
        result: SmsId,
    }
}
