//! What the core asks of a host: to send, to sleep, to tell the time.

use std::{
    io, thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use airudder_core::{Call, Error, Failure, Now, Output, Request, Response, Step};
use ureq::{
    Agent, Timeout, http,
    tls::{RootCerts, TlsConfig},
};

/// Sends requests; its connections are used again.
#[derive(Debug)]
pub struct Host {
    agent: Agent,
    /// The real time when it was made, and the same by a clock that nobody sets.
    start: (SystemTime, Instant),
}

impl Default for Host {
    fn default() -> Self {
        Self::trusting(RootCerts::WebPki)
    }
}

impl Host {
    /// A host that believes the certificates of these authorities, such as that of a proxy that looks into TLS.
    #[must_use]
    pub fn trusting(authorities: RootCerts) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            // A redirect might carry the token, or an upload, to somewhere else.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            // Less than the five seconds after which common servers close their end.
            .max_idle_age(Duration::from_secs(4))
            .tls_config(TlsConfig::builder().root_certs(authorities).build())
            .build();
        Self { agent: config.into(), start: (SystemTime::now(), Instant::now()) }
    }

    /// Unix time in milliseconds, which does not jump: the real time at the start, and what was measured since.
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        let (real, steady) = self.start;
        let now = real.duration_since(UNIX_EPOCH).unwrap_or_default() + steady.elapsed();
        u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
    }

    /// The time for a campaign, by the machine's clock as it is now and by one that nobody sets.
    #[must_use]
    pub fn now(&self) -> Now {
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        Now::new(millis(unix), millis(self.start.1.elapsed()))
    }

    /// Sleeps until this time.
    pub fn sleep_until(&self, until_ms: u64) {
        thread::sleep(Duration::from_millis(until_ms.saturating_sub(self.now_ms())));
    }

    /// Runs a call to its end.
    pub fn run(&self, call: &mut Call) -> Result<Output, Error> {
        Ok(self.download(call)?.0)
    }

    /// Runs a call to its end, and gives the body of the last response, too: where the result is a file, its bytes.
    pub fn download(&self, call: &mut Call) -> Result<(Output, Vec<u8>), Error> {
        let mut last = Vec::new();
        loop {
            match call.poll(self.now_ms())? {
                Step::Send(request) => match self.send(&request) {
                    Ok(response) => {
                        call.on_response(self.now_ms(), &response)?;
                        last = response.body;
                    }
                    Err(error) => call.on_failure(self.now_ms(), failure(&error), &error.to_string())?,
                },
                Step::Wait { until_ms, .. } => self.sleep_until(until_ms),
                Step::Done => return Ok((call.take_result()?, last)),
            }
        }
    }

    fn send(&self, request: &Request) -> Result<Response, ureq::Error> {
        let mut builder = http::Request::builder().method(request.method.as_str()).uri(&request.url);
        for (name, value) in request.headers.iter() {
            builder = builder.header(name, value);
        }
        let timeout = Some(Duration::from_millis(request.timeout_ms));
        let request = self.agent.configure_request(builder.body(&request.body[..])?).timeout_global(timeout).build();
        let mut answer = self.agent.run(request)?;
        let headers = answer.headers().iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        Ok(Response {
            status: answer.status().as_u16(),
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            body: answer.body_mut().with_config().limit(u64::MAX).read_to_vec()?,
        })
    }
}

/// Only what surely sent nothing counts as a failed connection: such an upload is sent again.
fn failure(error: &ureq::Error) -> Failure {
    match error {
        ureq::Error::HostNotFound
        | ureq::Error::ConnectionFailed
        | ureq::Error::BadUri(_)
        | ureq::Error::Http(_)
        | ureq::Error::Timeout(Timeout::Resolve | Timeout::Connect) => Failure::ConnectFailed,
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => Failure::ConnectFailed,
        ureq::Error::Timeout(_) => Failure::Timeout,
        ureq::Error::Io(_) | ureq::Error::Protocol(_) => Failure::Reset,
        _ => Failure::Other,
    }
}
