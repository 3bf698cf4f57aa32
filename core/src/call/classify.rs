//! The effect of a request, by the HTTP status and the envelope of its answer alone.

use crate::api::envelope::Envelope;

/// The verdict of an envelope on its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EnvelopeCode {
    /// The code that means success.
    Success,
    /// Any other code.
    Failure(i64),
    /// There is a code, and it is no integer.
    Odd,
    /// There is no code; `with_data` tells whether there is a result.
    Missing { with_data: bool },
    /// The body is no envelope, or cannot be read.
    Unreadable,
}

impl EnvelopeCode {
    pub(super) fn of(envelope: Envelope, code: Option<i64>, odd: bool, with_data: bool) -> Self {
        match code {
            Some(code) if code == envelope.success() => Self::Success,
            Some(code) => Self::Failure(code),
            None if odd => Self::Odd,
            None => Self::Missing { with_data },
        }
    }
}

/// The effect of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// It was carried out.
    Accepted,
    /// The API refused its token; a new one may help.
    TokenRefused,
    /// It was refused for now: 429.
    RateLimited,
    /// It was refused for now: a 503 that says that it had no effect.
    Unavailable,
    /// The API refused it for good, with this status or code.
    Refused(i64),
    /// Something between this machine and the API refused it with this status. Whether the API had it before is unknown.
    Foreign(u16),
    /// A proxy asks for its own credentials (407), which it does before it forwards anything.
    NotForwarded,
    /// The API failed, with this status or code: nothing tells whether it was carried out.
    Failed,
    /// The answer says nothing of the effect.
    Unclear,
}

/// `can_wait` says whether the answer names a time to try again (`Retry-After`).
///
/// HTTP status and envelope code are separate, and each of them can signal failure. Where they contradict each other, what
/// tells less counts.
pub(super) fn classify(status: u16, code: EnvelopeCode, can_wait: bool) -> Class {
    match (status, code) {
        (0..=299, EnvelopeCode::Success | EnvelopeCode::Missing { with_data: true }) => Class::Accepted,
        (0..=299, EnvelopeCode::Failure(code)) => of_code(code),
        (0..=299, _) => Class::Unclear,
        (_, EnvelopeCode::Failure(401)) => Class::TokenRefused,
        (503, EnvelopeCode::Failure(429)) => Class::RateLimited,
        (503, EnvelopeCode::Failure(503)) => Class::Unavailable,
        // The status says that it was refused or failed, the API's code that it was carried out or failed underway.
        (_, EnvelopeCode::Success | EnvelopeCode::Failure(500..=502 | 504..=599)) | (503, EnvelopeCode::Failure(_)) => {
            Class::Failed
        }
        (_, EnvelopeCode::Failure(_)) => of_code(i64::from(status)),
        (_, _) => without_code(status, can_wait),
    }
}

/// The API's own code, or its HTTP status beside an own code.
fn of_code(code: i64) -> Class {
    match code {
        401 => Class::TokenRefused,
        429 => Class::RateLimited,
        503 => Class::Unavailable,
        // What is behind a redirect, or a time-out on the server's side, may have been carried out.
        300..=399 | 408 => Class::Unclear,
        400..=499 => Class::Refused(code),
        500.. => Class::Failed,
        // Nothing documents such a code.
        _ => Class::Unclear,
    }
}

/// A status without a code of the API's: mostly a gateway's. It says 503 when it turns a request away, and some say so when
/// they lost the API's answer; only one that names a time to try again is believed.
fn without_code(status: u16, can_wait: bool) -> Class {
    match status {
        401 => Class::TokenRefused,
        407 => Class::NotForwarded,
        429 => Class::RateLimited,
        503 if can_wait => Class::Unavailable,
        400..=499 if status != 408 => Class::Foreign(status),
        500.. => Class::Failed,
        _ => Class::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The class by HTTP status (columns) and by what the envelope says (rows). `wait` is with a time to try again. `=code`
    /// and `=status` stand for the number in a refusal.
    const TABLE: &str = "
                     | 100-299     | 300-399 | 401     | 407          | 408     | 429     | 4xx             | 503         | 503 wait    | 5xx
        success      | accepted    | failed  | failed  | failed       | failed  | failed  | failed          | failed      | failed      | failed
        401          | token       | token   | token   | token        | token   | token   | token           | token       | token       | token
        429          | limited     | unclear | token   | refused=status | unclear | limited | refused=status    | limited     | limited     | failed
        503          | unavailable | unclear | token   | refused=status | unclear | limited | refused=status    | unavailable | unavailable | failed
        3xx          | unclear     | unclear | token   | refused=status | unclear | limited | refused=status    | failed      | failed      | failed
        408          | unclear     | unclear | token   | refused=status | unclear | limited | refused=status    | failed      | failed      | failed
        4xx          | refused=code | unclear | token   | refused=status | unclear | limited | refused=status    | failed      | failed      | failed
        5xx          | failed      | failed  | failed  | failed       | failed  | failed  | failed          | failed      | failed      | failed
        600 and more | failed      | unclear | token   | refused=status | unclear | limited | refused=status    | failed      | failed      | failed
        other        | unclear     | unclear | token   | refused=status | unclear | limited | refused=status    | failed      | failed      | failed
        data alone   | accepted    | unclear | token   | forwarded    | unclear | limited | foreign         | failed      | unavailable | failed
        nothing      | unclear     | unclear | token   | forwarded    | unclear | limited | foreign         | failed      | unavailable | failed
    ";

    fn column(status: u16, can_wait: bool) -> &'static str {
        match status {
            100..=299 => "100-299",
            300..=399 => "300-399",
            401 => "401",
            407 => "407",
            408 => "408",
            429 => "429",
            400..=499 => "4xx",
            503 if can_wait => "503 wait",
            503 => "503",
            _ => "5xx",
        }
    }

    fn row(envelope: Envelope, code: Option<i64>, odd: bool, with_data: bool) -> &'static str {
        match code {
            Some(200) if matches!(envelope, Envelope::Cloud | Envelope::Chat) => "success",
            Some(0) if matches!(envelope, Envelope::Sms | Envelope::Process) => "success",
            Some(401) => "401",
            Some(429) => "429",
            Some(503) => "503",
            Some(300..=399) => "3xx",
            Some(408) => "408",
            Some(400..=499) => "4xx",
            Some(500..=599) => "5xx",
            Some(600..) => "600 and more",
            Some(_) => "other",
            None if with_data && !odd => "data alone",
            None => "nothing",
        }
    }

    fn expected(row: &str, column: &str) -> &'static str {
        let cells = |line: &'static str| line.split('|').map(str::trim).collect::<Vec<_>>();
        let mut lines = TABLE.lines().map(cells).filter(|cells| cells.len() > 1);
        let at = lines.next().unwrap().iter().position(|name| *name == column).unwrap();
        lines.find(|cells| cells[0] == row).unwrap()[at]
    }

    fn class(name: &str, status: u16, code: Option<i64>) -> Class {
        match name {
            "accepted" => Class::Accepted,
            "token" => Class::TokenRefused,
            "limited" => Class::RateLimited,
            "unavailable" => Class::Unavailable,
            "refused=code" => Class::Refused(code.unwrap()),
            "refused=status" => Class::Refused(status.into()),
            "foreign" => Class::Foreign(status),
            "forwarded" => Class::NotForwarded,
            "failed" => Class::Failed,
            "unclear" => Class::Unclear,
            other => panic!("{other} is no class"),
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "five million cases")]
    fn every_status_with_every_code_of_every_envelope_has_its_class() {
        let codes = (-2..=620).chain([999, 1000, 20_000, 100_401, i64::MIN, i64::MAX]).map(Some);
        let codes: Vec<(Option<i64>, bool)> =
            codes.chain([None]).map(|code| (code, false)).chain([(None, true)]).collect();
        let mut rows = std::collections::BTreeMap::new();
        for status in 100..=599 {
            for can_wait in [false, true] {
                let column = column(status, can_wait);
                for envelope in [Envelope::Cloud, Envelope::Chat, Envelope::Sms, Envelope::Process] {
                    for (code, odd) in &codes {
                        for with_data in [false, true] {
                            let row = row(envelope, *code, *odd, with_data);
                            let name = *rows.entry((row, column)).or_insert_with(|| expected(row, column));
                            let said = EnvelopeCode::of(envelope, *code, *odd, with_data);
                            let found = classify(status, said, can_wait);
                            assert_eq!(found, class(name, status, *code), "{status} {envelope:?} {code:?} {can_wait}");
                        }
                    }
                }
                let name = expected("nothing", column);
                assert_eq!(classify(status, EnvelopeCode::Unreadable, can_wait), class(name, status, None), "{status}");
            }
        }
        // Every cell of the table was used.
        assert_eq!(rows.len(), 12 * 10);
    }
}
