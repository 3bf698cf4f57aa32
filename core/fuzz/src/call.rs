//! Any dialogue between host and call: the contracts hold, what may phone people is not sent again in doubt, no error shows a
//! secret, and the same inputs give the same outputs.

use airudder_core::{Call, CallOptions, ErrorCode, Headers, Outcome, Replay, Response, Step, catalog};

use super::{
    BEGIN_MS, SECRETS, host,
    input::{self, Input},
    session,
};

/// No call sends so many requests: retries and renewed tokens are bounded.
const MOST_SENT: usize = 24;

/// Lines: the operation's place, 1 where the client has an encryption key, the deadline in milliseconds or nothing; then each an
/// event, by its first letter: `p` polls; `a STATUS BODY` and `f NUMBER` report an answer and a failure; `h NAME: VALUE` is a
/// header field of the next answer; `t MS` and `s MS` go forward and set the clock; `r` takes the result.
pub(crate) fn run(bytes: &[u8]) {
    assert_eq!(dialogue(bytes), dialogue(bytes), "the same inputs give the same outputs");
}

fn dialogue(bytes: &[u8]) -> Vec<String> {
    let mut input = Input::new(bytes);
    let rows: Vec<_> = catalog::operations().collect();
    let row = rows[input.choice(rows.len())];
    let session = session((input.number() == 1).then_some("airudderredduria"));
    let deadline = input.line();
    let options = CallOptions {
        seed: bytes.len() as u64,
        strict: Some(false),
        deadline_ms: Some(input::number(deadline)).filter(|_| !deadline.is_empty()),
        ..CallOptions::default()
    };
    let call = Call::new(&session, row.name, "{}", &options).expect("it is not checked");
    let mut host = Host {
        call,
        path: row.path,
        may_phone: row.replay == Replay::Never,
        now_ms: BEGIN_MS,
        headers: Headers::new(),
        is_outstanding: false,
        is_own: false,
        in_doubt: false,
        is_taken: false,
        sent: 0,
    };
    let mut seen = Vec::new();
    while !input.is_over() {
        seen.extend(host.event(input.line()));
    }
    seen
}

#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Host {
    call: Call,
    path: &'static str,
    may_phone: bool,
    now_ms: u64,
    headers: Headers,
    is_outstanding: bool,
    /// What is outstanding is the operation's request, and not one for a token.
    is_own: bool,
    /// It may have been carried out.
    in_doubt: bool,
    is_taken: bool,
    sent: usize,
}

impl Host {
    fn event(&mut self, line: &[u8]) -> Option<String> {
        let (kind, rest) = line.split_first()?;
        match kind {
            b'p' => return Some(self.poll()),
            b'a' => self.answer(rest),
            b'f' => self.fail(rest),
            b'h' => {
                let (name, value) = input::text(rest).trim_start().split_once(": ")?;
                self.headers.set(name, value);
            }
            b't' => self.now_ms = self.now_ms.saturating_add(input::number(rest) % 100_000_000_000),
            b's' => self.now_ms = input::number(rest),
            b'r' => return Some(self.take()),
            _ => {}
        }
        None
    }

    fn poll(&mut self) -> String {
        let step = self.call.poll(self.now_ms);
        match &step {
            Ok(Step::Send(request)) => {
                assert!(!self.is_outstanding, "two requests at once");
                self.is_own = request.url.contains(self.path);
                assert!(!(self.is_own && self.in_doubt), "what may phone people was sent again in doubt");
                self.is_outstanding = true;
                self.sent += 1;
                assert!(self.sent <= MOST_SENT, "retries have no end");
            }
            Ok(Step::Wait { until_ms, .. }) => assert!(*until_ms > self.now_ms, "a host would poll without end"),
            Ok(Step::Done) => {}
            Err(error) => assert!(self.is_outstanding && error.code() == ErrorCode::Misuse, "{error}"),
        }
        format!("{step:?}")
    }

    fn answer(&mut self, rest: &[u8]) {
        let (status, body) = input::digits(rest);
        let status = u16::try_from(input::number(status) % 600).expect("a small number");
        let headers = std::mem::take(&mut self.headers);
        let is_plain = headers.get("Is-Encrypted").is_none();
        let response = Response { status, headers, body: body.trim_ascii_start().to_vec() };
        let before = self.call.last_answer().cloned();
        let told = self.call.on_response(self.now_ms, &response);
        self.reported(told.is_ok(), before.as_ref());
        if told.is_ok() {
            self.in_doubt |= self.may_phone && self.is_own && is_plain && host::leaves_in_doubt(status, &response.body);
        }
    }

    fn fail(&mut self, rest: &[u8]) {
        let number = usize::try_from(input::number(rest) % 4).expect("a small number");
        let before = self.call.last_answer().cloned();
        let told = self.call.on_failure(self.now_ms, host::failure(number), input::text(rest));
        self.reported(told.is_ok(), before.as_ref());
        if told.is_ok() {
            self.in_doubt |= self.may_phone && self.is_own && number != 0;
        }
    }

    /// What is reported without a request is an error, which changes nothing.
    fn reported(&mut self, is_taken: bool, before: Option<&airudder_core::Answer>) {
        assert_eq!(is_taken, self.is_outstanding);
        assert!(is_taken || self.call.last_answer() == before, "a misuse changed something");
        self.is_outstanding = false;
    }

    fn take(&mut self) -> String {
        let result = self.call.take_result();
        if let Err(error) = &result {
            let shown = format!("{error} {error:?}");
            assert!(SECRETS.iter().all(|secret| !shown.contains(secret)), "{shown}");
            let code = error.code();
            assert!(code != ErrorCode::Internal, "{error}");
            assert!(code == ErrorCode::Misuse || !self.is_taken, "a result is given once");
            assert!(code == ErrorCode::Misuse || !self.in_doubt || error.details().outcome == Some(Outcome::Unknown));
            self.is_taken |= code != ErrorCode::Misuse;
        } else {
            assert!(!self.is_taken, "a result is given once");
            assert!(!self.in_doubt || self.has_succeeded(), "what is in doubt is no success");
            self.is_taken = true;
        }
        format!("{result:?}")
    }

    /// An answer of success leaves in doubt whether it may be sent again: it may not.
    fn has_succeeded(&self) -> bool {
        self.call.last_answer().is_some_and(|answer| answer.error.is_none())
    }
}
