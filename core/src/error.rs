//! The one error type of the library, with stable numbers.

use std::fmt;

/// Declares the error codes: number, name, cause and remedy stand side by side, so that no code is without either.
macro_rules! error_codes {
    ($($number:literal $name:ident, $cause:literal, $remedy:literal;)+) => {
        /// The kind of an error, as a number that never changes its meaning. New numbers are only appended.
        ///
        /// 1xxx the caller's input, 2xxx a response that cannot be read, 3xxx the API said no, 4xxx authentication,
        /// 5xxx webhooks, 6xxx crypto, 7xxx transport as reported by the host, 9xxx a bug in this library.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        #[repr(u16)]
        pub enum ErrorCode {
            $(#[doc = $cause] #[doc = ""] #[doc = concat!("Remedy: ", $remedy)] $name = $number,)+
        }

        impl ErrorCode {
            /// Every code, in ascending order.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The number, for instance 1004.
            #[must_use]
            pub const fn number(self) -> u16 {
                self as u16
            }

            /// The name, for instance `UnknownField`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)+ }
            }

            /// The cause.
            #[must_use]
            pub const fn cause(self) -> &'static str {
                match self { $(Self::$name => $cause,)+ }
            }

            /// The remedy.
            #[must_use]
            pub const fn remedy(self) -> &'static str {
                match self { $(Self::$name => $remedy,)+ }
            }
        }
    };
}

error_codes! {
    1001 InvalidConfig, "A setting of the client, the webhook receiver or the campaign is missing or malformed.", "Correct the setting that the message names.";
    1002 UnknownOperation, "There is no operation of this name.", "Use a name from the catalog, or the raw request.";
    1003 InvalidJson, "The parameters are not JSON, or not a JSON object.", "Pass one JSON object in UTF-8.";
    1004 UnknownField, "The parameters hold a field that the operation does not have.", "Correct the spelling, or switch `strict` off for a field newer than this library.";
    1005 MissingField, "A required field is missing.", "Add the field that the pointer names.";
    1006 WrongType, "A field has the wrong JSON type.", "Pass the type that the message names.";
    1007 InvalidValue, "A field breaks a rule or a limit of the API.", "Correct the value that the pointer names.";
    1008 Misuse, "The calls into the library came in an order that its contract forbids.", "Poll after each answer, and have one request outstanding at a time.";
    1009 MissingBaseUrl, "The host of this operation is not public, so it must be given.", "Give `base_url` for the call or in the configuration.";
    1010 InvalidRequest, "A raw request is malformed.", "Correct the method, path, query or header that the message names.";
    1011 JournalDamaged, "A complete line of the journal does not match its checksum, or the file is no journal.", "Do not run the campaign again without the journal, with an older copy of it, or with the line removed: contacts would be called twice. Give an empty journal in a new place, and `recover`: every contact is looked up before it is sent.";
    1012 JournalMismatch, "The journal belongs to another campaign, account or service, or the contacts differ from those that were sent.", "Resume with the same settings and the same contacts in the same order; new contacts go at the end. Another campaign needs a journal of its own.";
    1013 DuplicateContact, "The contact is in this campaign already.", "Remove the repetition, or allow duplicates in the campaign's options.";
    1014 InvalidHandle, "A handle of the C interface is 0, was freed, or belongs to something else.", "Check where the handle comes from; the message says what is wrong with it.";
    1015 Busy, "Another thread is using this handle of the C interface.", "Use a call, campaign, event or buffer in one thread at a time.";
    1016 InvalidArgument, "An argument of the C interface is NULL, not UTF-8, or otherwise not what its parameter says.", "Correct the argument that the message names.";
    1017 NoValue, "There is nothing at this place of a result or an event.", "Ask for the type first where a value may be missing.";
    1018 JournalConflict, "Somebody else has this journal, or wrote to it.", "Let one program at a time run a campaign; wait for the other one, or give each campaign a journal of its own.";
    1019 JournalMissing, "There is no journal of an earlier run, and the campaign requires one.", "Give the journal that the earlier run wrote. If it is lost, give `recover` in place of `require_journal`: every contact is looked up before it is sent. Only a campaign that never ran begins without either.";
    1020 TooManyRejected, "More contacts break a rule than `max_rejected` allows.", "See the rejected contacts in the report: often one column is wrong. Correct the contacts, or raise `max_rejected`.";
    1021 Suppressed, "The contact is among those that must not be called.", "Nothing is to be done: it was not sent. If it is to be called, take its number and its case id out of `suppress` and `suppress_case_ids`.";
    1022 ClockOff, "The clock of this machine is more than a day away from that of the API.", "Set the clock; contacts in doubt could not be looked up by it.";
    1023 CampaignStopped, "The campaign was stopped before its end, or its time was over.", "Run it again with the same journal and the same contacts: it goes on where it stopped.";
    1025 UnhandledEvent, "An event came for which the receiver has no listener.", "Add a listener for its type, or one for all others; name the `kind` where a URL is for one kind of event.";
    1026 OutOfMemory, "There is no memory for what the function of the C interface was given.", "Nothing was done: free some memory and call it again, or pass less.";
    1027 InvalidCatalog, "A catalog of one's own has a fault.", "Correct the place in the file that the pointer names.";
    2001 UnreadableResponse, "The response is not what the API documents: not JSON, or without its envelope.", "See the HTTP status and what stands between this machine and the API (proxy, firewall).";
    2002 DigestMismatch, "The plain text of an encrypted response does not match its `Signed` digest.", "Repeat a harmless request; if it persists, check the encryption key.";
    2003 UndecryptableResponse, "The response is encrypted and cannot be decrypted.", "Check the encryption key.";
    3001 Refused, "The API refused the request.", "See the API's own code and message.";
    3002 RateLimited, "The API asks for fewer requests.", "Wait as the retry advice says.";
    3003 ServerError, "The API failed or is not available.", "Try again later.";
    4001 CredentialsRefused, "The API gave no token for this app key and secret.", "Check app key and secret and, if the account encrypts, the encryption key.";
    4002 TokenRefused, "The API refused a token that it had just given, or a signature.", "Check that no other program uses the account, and the `auth_scheme`; where the operation is signed, `sign_key`, `sign_secret` and `sign_scheme`.";
    4003 PermissionDenied, "The API does not permit this (403).", "See the API's message; if the account lacks a permission, ask AI Rudder for it.";
    4004 CredentialsMissing, "The operation needs credentials that the configuration does not have.", "Set `app_key` and `app_secret`, or `sign_key` and `sign_secret`.";
    5001 SignatureMissing, "The delivery carries no signature where one is required.", "Check that the request comes from AI Rudder; for events that AI Rudder does not sign, set `require_signature` to false.";
    5002 SignatureMismatch, "The signature does not fit the body.", "Check the secret and the scheme (`detect` finds the scheme), and pass the body's bytes unchanged.";
    5003 BodyTooLarge, "The body is larger than the limit.", "Raise `max_body_bytes` if such deliveries are expected.";
    5004 NestedTooDeeply, "The body is nested more deeply than the limit.", "Raise `max_depth` if such deliveries are expected.";
    5005 InvalidBody, "The body is not a JSON object in UTF-8.", "Check the event cipher and key; `detect` finds the cipher.";
    5006 BodyAlreadyParsed, "The body was parsed before it was verified.", "Pass the raw bytes of the request's body.";
    5007 SignatureTooOld, "The time that is signed is too far from the time of receipt.", "Check the clock of this machine; of a delivery that was kept, give the time when it came; raise `tolerance` if deliveries come later than that.";
    5008 NotEncrypted, "The delivery is plain where encryption is required.", "Check that the request comes from AI Rudder; if it sends plain events to this account, set `require_encryption` to false.";
    5009 Undecryptable, "The delivery cannot be decrypted, and nothing else tells who sent it.", "Check the encryption key and the cipher (`detect` finds the cipher), and pass the body's bytes unchanged.";
    6001 InvalidKey, "The encryption key does not have the form that the cipher names, or not the 16, 24 or 32 bytes of an AES key.", "Pass the key as it was given to you, without white space around it; if it is hex or Base64, or is hashed first, say so in the cipher, such as `key=hex` or `key=sha256`.";
    6002 InvalidCiphertext, "The encrypted text is not encoded as the cipher says, is not made of whole AES blocks, or lacks its initialization vector.", "Pass the text as it was received, untruncated, with the header fields that the cipher names.";
    6003 InvalidPadding, "The decrypted text does not end in the expected padding.", "Check key and cipher; `detect` finds the cipher.";
    6004 InvalidScheme, "The signature scheme cannot be read, or does not authenticate.", "Write `<digest>:<encoding>:<message>`, for instance `hmac-sha256:hex:body`.";
    6005 InvalidCipher, "The cipher cannot be read.", "Correct it at the character that the message names, for instance `aes-cbc:pkcs7:base64:iv=prefix:key=sha256`.";
    6006 UnencryptableText, "The plain text ends in a zero byte, which the vendor's padding would lose.", "Remove trailing zero bytes, or use PKCS#7 padding.";
    6007 IvRequired, "This cipher needs 16 random bytes for each text.", "Pass random bytes; they must differ from text to text.";
    6008 WrongTag, "The tag of a text that was encrypted in GCM is wrong.", "Check the key and the cipher, above all its `aad`; if they are right, the text was changed.";
    6009 WrongFrame, "The decrypted text is not in the frame that the cipher names, or is for another receiver.", "Check the key and the cipher; the id in `frame` is yours at the sender's.";
    7001 ConnectFailed, "No connection could be made; nothing was sent.", "Check the network and the base URL.";
    7002 Timeout, "No answer came in time.", "Try again, or raise the time-out.";
    7003 ConnectionReset, "The connection broke off before the answer was complete.", "Try again.";
    7004 TransportFailed, "The host reported another transport failure.", "See the host's own message.";
    7005 OutcomeUnknown, "The request was sent, and nothing tells whether it was carried out; sending it again might phone people twice.", "Find out first, with the operation that the message names.";
    7006 DeadlineExceeded, "The call could not be finished before its deadline.", "Raise the deadline, or try later.";
    9001 Internal, "A bug in this library.", "Please report it with the message.";
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "E{}", self.number())
    }
}

/// The effect of a request that an error ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// Nothing reached the API.
    NotSent,
    /// The API refused it; it had no effect.
    Rejected,
    /// The API carried it out.
    Accepted,
    /// It was sent, and nothing tells whether it was carried out.
    Unknown,
}

impl Outcome {
    /// The name in every language: `not_sent`, `rejected`, `accepted`, `unknown`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotSent => "not_sent",
            Self::Rejected => "rejected",
            Self::Accepted => "accepted",
            Self::Unknown => "unknown",
        }
    }
}

/// The advice to the caller on trying once more, after the library's own retries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RetryAdvice {
    /// The same call would fail again, or must not be repeated.
    Never,
    /// Try again after so many milliseconds.
    AfterMs(u64),
}

/// The one error of the library. Boxed inside, so that a `Result` stays small.
#[derive(Clone)]
pub struct Error(Box<Details>);

/// The fields of an [`Error`]. None of them ever holds a secret or an expected signature.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Details {
    /// The stable number.
    pub code: ErrorCode,
    /// The error, in a sentence that names the field and the remedy.
    pub message: String,
    /// The operation's name, for instance `workflow.upload_details`.
    pub operation: Option<String>,
    /// The HTTP status, where there was a response.
    pub http_status: Option<u16>,
    /// The code in the API's envelope, which is separate from the HTTP status.
    pub api_code: Option<i64>,
    /// The message in the API's envelope.
    pub api_message: Option<String>,
    /// The API's id of the request, where the envelope carries one.
    pub request_id: Option<String>,
    /// JSON pointer (RFC 6901) to the bad field, for instance `/details/17/callee`.
    pub pointer: Option<String>,
    /// The advice on trying again.
    pub retry: RetryAdvice,
    /// The effect of the request, as far as it is known; absent where nothing was to be sent.
    pub outcome: Option<Outcome>,
}

impl Error {
    /// An error with this code and message and no further fields.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self(Box::new(Details {
            code,
            message: message.into(),
            operation: None,
            http_status: None,
            api_code: None,
            api_message: None,
            request_id: None,
            pointer: None,
            retry: RetryAdvice::Never,
            outcome: None,
        }))
    }

    /// The stable number.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.0.code
    }

    /// All fields.
    #[must_use]
    pub fn details(&self) -> &Details {
        &self.0
    }

    /// All fields, to fill in.
    pub fn details_mut(&mut self) -> &mut Details {
        &mut self.0
    }

    /// The same error, with the JSON pointer of the bad field.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.0.pointer = Some(pointer.into());
        self
    }

    /// The same error, with the operation's name.
    #[must_use]
    pub fn in_operation(mut self, name: impl Into<String>) -> Self {
        self.0.operation = Some(name.into());
        self
    }

    /// The same error, with what is known of the request's effect.
    #[must_use]
    pub fn with_outcome(mut self, outcome: Outcome) -> Self {
        self.0.outcome = Some(outcome);
        self
    }

    /// The same error, with advice to try again after so many milliseconds.
    #[must_use]
    pub fn retry_after_ms(mut self, ms: u64) -> Self {
        self.0.retry = RetryAdvice::AfterMs(ms);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Details { code, message, operation, pointer, .. } = &*self.0;
        write!(f, "{code}")?;
        if let Some(operation) = operation {
            write!(f, " {operation}")?;
        }
        // The empty pointer is the whole: it says nothing.
        if let Some(pointer) = pointer.as_deref().filter(|pointer| !pointer.is_empty()) {
            write!(f, " at {pointer}")?;
        }
        write!(f, ": {message}")
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_unique_and_ascending() {
        assert!(ErrorCode::ALL.windows(2).all(|pair| pair[0].number() < pair[1].number()));
    }

    #[test]
    fn display_names_code_operation_and_pointer() {
        let error = Error::new(ErrorCode::UnknownField, "unknown field `calle`")
            .in_operation("workflow.upload_details")
            .at("/details/17/calle");
        assert_eq!(error.to_string(), "E1004 workflow.upload_details at /details/17/calle: unknown field `calle`");
        assert_eq!(Error::new(ErrorCode::WrongType, "no object").at("").to_string(), "E1006: no object");
    }
}
