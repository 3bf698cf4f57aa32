//! Dialogues between a host and calls.

use airudder_core::{Call, CallOptions, Error, Failure, Outcome, Response, Session, Step, WaitReason};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Value, value::RawValue};

use crate::{ExpectedRequest, GivenResponse, cases, settings};

#[derive(Deserialize)]
struct Case {
    id: String,
    about: String,
    config: Settings,
    calls: Vec<Begun>,
    steps: Vec<Exchange>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    encryption_key: Option<String>,
    max_retries: Option<u32>,
    requests_per_second: Option<f64>,
}

#[derive(Deserialize)]
struct Begun {
    operation: String,
    params: Box<RawValue>,
}

#[derive(Deserialize)]
struct Exchange {
    call: usize,
    at: u64,
    #[serde(flatten)]
    what: What,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    Send(ExpectedRequest),
    Answer(GivenResponse),
    Fail(String),
    Wait { why: String, from: u64, until: u64 },
    Done(Ending),
    Drop(IgnoredAny),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Ending {
    Error { error: String, outcome: Option<String> },
    Result { result: Value },
}

pub(crate) fn failure(name: &str) -> Failure {
    match name {
        "connect_failed" => Failure::ConnectFailed,
        "timeout" => Failure::Timeout,
        "reset" => Failure::Reset,
        "other" => Failure::Other,
        _ => panic!("{name} is no failure"),
    }
}

fn assert_sends(step: Step, expected: ExpectedRequest, id: &str) {
    let Step::Send(request) = step else { panic!("{id}: {step:?}") };
    assert_eq!((request.method.as_str(), request.url), (expected.method.as_str(), expected.url), "{id}");
    assert_eq!(request.headers, expected.headers.into_iter().collect(), "{id}");
    assert_eq!(String::from_utf8(request.body).expect(id), expected.body, "{id}");
}

fn assert_waits(step: &Step, why: &str, from: u64, until: u64, id: &str) {
    let Step::Wait { until_ms, why: given } = step else { panic!("{id}: {step:?}") };
    let given = match given {
        WaitReason::Token => "token",
        WaitReason::Retry => "retry",
        WaitReason::Pace => "pace",
    };
    assert_eq!(given, why, "{id}");
    assert!((from..=until).contains(until_ms), "{id}: {until_ms}");
}

fn assert_ended(call: &mut Call, ending: Ending, id: &str) {
    match (call.take_result(), ending) {
        (Ok(output), Ending::Result { result }) => {
            assert_eq!(serde_json::from_str::<Value>(&output.data).expect(id), result, "{id}");
        }
        (Err(given), Ending::Error { error, outcome }) => {
            assert_eq!(given.code().to_string(), error, "{id}: {given}");
            assert_eq!(outcome_of(&given), outcome.as_deref(), "{id}: {given}");
        }
        (other, _) => panic!("{id}: {:?}", other.map(|output| output.data)),
    }
}

fn outcome_of(error: &Error) -> Option<&'static str> {
    error.details().outcome.map(Outcome::as_str)
}

#[test]
fn dialogues() {
    for Case { id, about, config, calls, steps } in cases::<Case>("dialogue.json") {
        let id = format!("{id}, {about}");
        let mut with = settings(config.encryption_key);
        with.max_retries = config.max_retries.unwrap_or(with.max_retries);
        with.requests_per_second = config.requests_per_second;
        let session = Session::new(with).expect(&id);
        let begin = |begun: &Begun| Call::new(&session, &begun.operation, begun.params.get(), &CallOptions::default());
        let mut calls: Vec<_> = calls.iter().map(|begun| Some(begin(begun).expect(&id))).collect();
        for Exchange { call, at, what } in steps {
            if let What::Drop(_) = what {
                calls[call] = None;
                continue;
            }
            let call = calls[call].as_mut().expect(&id);
            match what {
                What::Send(expected) => assert_sends(call.poll(at).expect(&id), expected, &id),
                What::Wait { why, from, until } => assert_waits(&call.poll(at).expect(&id), &why, from, until, &id),
                What::Answer(GivenResponse { status, headers, body }) => {
                    let headers = headers.into_iter().collect();
                    call.on_response(at, &Response { status, headers, body: body.into_bytes() }).expect(&id);
                }
                What::Fail(how) => call.on_failure(at, failure(&how), "").expect(&id),
                What::Done(ending) => {
                    assert_eq!(call.poll(at).expect(&id), Step::Done, "{id}");
                    assert_ended(call, ending, &id);
                }
                What::Drop(_) => unreachable!("it is dropped above"),
            }
        }
    }
}
