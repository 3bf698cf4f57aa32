//! What threads do with one session, in the orders that shuttle chooses: `make interleavings`.

use std::sync::Arc;

use shuttle::{
    sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst},
    thread,
};

use crate::{
    call::{Call, CallOptions, Output, Step},
    config::ClientConfig,
    error::Error,
    http::{Headers, Request, Response},
    session::Session,
};

const THREADS: usize = 3;
const UPLOAD: &str = r#"{"workflow_id":"w","details":[{"callee":"+6212345678","platform":"P","variables":{}}]}"#;
const ACCEPTED: &str = r#"{"data":{"workflow_id":"w","new":1},"status":"OK","code":200}"#;

/// The API as far as tokens go: each fetch gives another one, and those up to `revoked` are refused.
#[derive(Default)]
struct Service {
    /// The clock of all threads. It stands still while somebody works, and moves when somebody waits.
    now_ms: AtomicU64,
    fetching: AtomicUsize,
    tokens: AtomicUsize,
    revoked: AtomicUsize,
    accepted: AtomicUsize,
}

impl Service {
    fn answer(&self, request: &Request) -> Response {
        let (status, body) = if request.url.ends_with("/service/cloud/auth") {
            assert_eq!(self.fetching.fetch_add(1, SeqCst), 0, "two calls fetch the token at once");
            let number = self.tokens.fetch_add(1, SeqCst) + 1;
            self.fetching.fetch_sub(1, SeqCst);
            (200, format!(r#"{{"data":{{"token":"fake-token-{number}"}},"status":"OK","code":200}}"#))
        } else {
            let token =
                request.headers.get("Authorization").and_then(|text| text.rsplit('-').next()?.parse::<usize>().ok());
            if token.expect("every request has a token") <= self.revoked.load(SeqCst) {
                (401, r#"{"code":401}"#.to_owned())
            } else {
                self.accepted.fetch_add(1, SeqCst);
                (200, ACCEPTED.to_owned())
            }
        };
        Response { status, headers: Headers::new(), body: body.into_bytes() }
    }
}

fn session() -> Session {
    let config = ClientConfig {
        app_key: Some("fake-key".into()),
        app_secret: Some("fake-secret".into()),
        base_url: Some("http://127.0.0.1:1".into()),
        // However long a thread is not let run, nobody takes its fetch for lost.
        timeout_ms: 100_000_000,
        ..ClientConfig::default()
    };
    Session::new(config).expect("the configuration is good")
}

fn upload(session: &Session) -> Call {
    Call::new(session, "workflow.upload_details", UPLOAD, &CallOptions::default()).expect("the parameters are good")
}

/// Runs a call to its end.
fn run(mut call: Call, service: &Service) -> Result<Output, Error> {
    loop {
        match call.poll(service.now_ms.load(SeqCst))? {
            Step::Send(request) => {
                let response = service.answer(&request);
                call.on_response(service.now_ms.load(SeqCst), &response)?;
            }
            Step::Wait { until_ms, .. } => {
                service.now_ms.fetch_max(until_ms, SeqCst);
                thread::yield_now();
            }
            Step::Done => return call.take_result(),
        }
    }
}

/// Runs a call in each thread, all of which must succeed.
fn run_in_threads(session: &Session, service: &Arc<Service>) {
    let start = |_| {
        let (session, service) = (session.clone(), Arc::clone(service));
        thread::spawn(move || run(upload(&session), &service).map(drop))
    };
    let threads: Vec<_> = (0..THREADS).map(start).collect();
    for thread in threads {
        thread.join().expect("it does not panic").expect("every call succeeds");
    }
}

/// Tries many orders: at random, and with few switches at places that are chosen at random.
fn try_orders(scenario: impl Fn() + Send + Sync + Copy + 'static) {
    shuttle::check_random(scenario, 10_000);
    shuttle::check_pct(scenario, 10_000, 3);
}

#[test]
fn one_call_fetches_the_token_for_all() {
    try_orders(|| {
        let (session, service) = (session(), Arc::<Service>::default());
        run_in_threads(&session, &service);
        assert_eq!((service.tokens.load(SeqCst), service.accepted.load(SeqCst)), (1, THREADS));
    });
}

#[test]
fn a_token_that_is_refused_to_all_is_renewed_once() {
    try_orders(|| {
        let (session, service) = (session(), Arc::<Service>::default());
        run(upload(&session), &service).expect("the first token is good");
        service.revoked.store(1, SeqCst);
        run_in_threads(&session, &service);
        assert_eq!((service.tokens.load(SeqCst), service.accepted.load(SeqCst)), (2, THREADS + 1));
    });
}

#[test]
fn who_gives_up_amid_its_fetch_leaves_it_to_another() {
    try_orders(|| {
        let (session, service) = (session(), Arc::<Service>::default());
        let mut given_up = upload(&session);
        assert!(matches!(given_up.poll(0), Ok(Step::Send(_))));
        let thread = thread::spawn(move || drop(given_up));
        run_in_threads(&session, &service);
        thread.join().expect("it does not panic");
        assert_eq!((service.tokens.load(SeqCst), service.accepted.load(SeqCst)), (1, THREADS));
    });
}
