//! Sends events to the receiver: several at a time, again after a failure, and given up after the last attempt.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use airudder_core::Headers;
use reqwest::{Client, Url, redirect};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::clock;
use crate::faults::EventPlan;
use crate::sealing;
use crate::state::App;
use crate::store::{self, Answer, Attempt, DueEvent, Outcome};

/// Deliveries under way at once; each keeps its connection for the next.
const IN_FLIGHT: usize = 64;
/// The first attempt and at most five more.
const MAX_ATTEMPTS: u32 = 6;
/// A receiver must answer quickly.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The only answer that is taken for a receipt.
const ACKNOWLEDGED: Answer = Answer::Status(200);

/// The parts that every delivery needs.
pub(crate) struct Courier {
    app: Arc<App>,
    client: Client,
}

impl Courier {
    /// Speaks to the receiver directly: no proxy, no redirect that could lead away from this machine.
    pub(crate) fn new(app: Arc<App>) -> reqwest::Result<Self> {
        let client = Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .user_agent("Airudder")
            .timeout(TIMEOUT)
            .pool_max_idle_per_host(IN_FLIGHT)
            .tcp_nodelay(true)
            .resolve_to_addrs("localhost", &[([127, 0, 0, 1], 0).into(), (std::net::Ipv6Addr::LOCALHOST, 0).into()])
            .build()?;
        Ok(Self { app, client })
    }

    /// Delivers events until the stop. What is under way then is due again at the next start.
    pub(crate) async fn run(self, mut stop: watch::Receiver<bool>) {
        let courier = Arc::new(self);
        let app = Arc::clone(&courier.app);
        let mut under_way = JoinSet::new();
        let mut settled = Vec::new();
        loop {
            while let Some(delivery) = under_way.try_join_next() {
                settled.extend(delivery.ok());
            }
            // Without a receiver, events wait until there is one.
            let url = app.receiver.url();
            let room = if url.is_some() { IN_FLIGHT - under_way.len() } else { 0 };
            let next_ms = match settle_and_take(&app, settled.clone(), room).await {
                Ok((due, next_ms)) => {
                    settled.clear();
                    for (event, url) in due.into_iter().zip(std::iter::repeat(&url).flatten().cloned()) {
                        let courier = Arc::clone(&courier);
                        under_way.spawn(async move { courier.deliver(event, &url).await });
                    }
                    next_ms
                }
                Err(error) => {
                    tracing::error!(%error, "events could not be taken");
                    Some(clock::host_ms().saturating_add(100))
                }
            };
            let full = under_way.len() >= IN_FLIGHT;
            tokio::select! {
                _ = stop.changed() => break,
                Some(delivery) = under_way.join_next(), if !under_way.is_empty() => settled.extend(delivery.ok()),
                () = app.events_waiting.notified(), if !full => {}
                () = until(next_ms), if !full && url.is_some() => {}
            }
        }
        while let Some(delivery) = under_way.try_join_next() {
            settled.extend(delivery.ok());
        }
        if let Err(error) = app.store.transact(move |db| store::settle(db, &settled)).await {
            tracing::error!(%error, "the last deliveries could not be noted");
        }
    }

    async fn deliver(&self, event: DueEvent, url: &Url) -> Attempt {
        let plan = if event.attempts == 0 { self.app.faults.plan_event(&event.kind) } else { EventPlan::default() };
        let answer = match sealing::event(&self.app.hooks, &event.body, Some(url)) {
            Ok((headers, body)) => {
                if plan.forge {
                    self.send_forged(url, &event.body).await;
                }
                let answer = self.send(url, &headers, &body).await;
                if answer == ACKNOWLEDGED && plan.redeliver {
                    count(&self.app.redelivered);
                    self.send(url, &headers, &body).await;
                }
                answer
            }
            Err(error) => {
                tracing::error!(%error, "an event could not be signed or encrypted");
                Answer::Failure("it could not be signed or encrypted")
            }
        };
        let at_ms = clock::host_ms();
        let outcome = if answer == ACKNOWLEDGED {
            Outcome::Acknowledged
        } else if event.attempts + 1 >= MAX_ATTEMPTS {
            Outcome::GivenUp
        } else {
            let delay_ms = i64::try_from(self.app.config.retry_delay.as_millis()).unwrap_or(i64::MAX);
            Outcome::RetryAt(at_ms.saturating_add(delay_ms))
        };
        Attempt { event: event.id, at_ms, answer, outcome }
    }

    /// Sends a copy that is signed with another secret; a receiver that takes it has a hole.
    async fn send_forged(&self, url: &Url, event: &str) {
        let (headers, body) = match sealing::event(&self.app.forger, event, Some(url)) {
            Ok(forged) => forged,
            Err(error) => return tracing::error!(%error, "an event could not be forged"),
        };
        count(&self.app.forged_sent);
        if self.send(url, &headers, &body).await == ACKNOWLEDGED {
            count(&self.app.forged_accepted);
            tracing::warn!("the receiver accepted an event with a wrong signature");
        }
    }

    /// Makes one request to the receiver.
    async fn send(&self, url: &Url, headers: &Headers, body: &[u8]) -> Answer {
        let mut request = self.client.post(url.clone()).header("Content-Type", "application/json");
        for (name, value) in headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("content-type")) {
            request = request.header(name, value);
        }
        let whole = async {
            let response = request.body(body.to_vec()).send().await?;
            let status = response.status();
            // Read to the end, or the connection cannot serve the next event.
            response.bytes().await?;
            Ok(status)
        };
        match whole.await {
            Ok(status) => Answer::Status(status.as_u16()),
            Err(error) => {
                tracing::debug!(%error, "an event did not reach its receiver");
                Answer::Failure(why_failed(&error))
            }
        }
    }
}

/// What to say of a request that got no whole answer.
fn why_failed(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "no answer within 10 seconds"
    } else if error.is_connect() {
        "nobody listens there"
    } else {
        "the connection broke off"
    }
}

async fn settle_and_take(
    app: &App,
    settled: Vec<Attempt>,
    room: usize,
) -> Result<(Vec<DueEvent>, Option<i64>), store::StoreError> {
    let taken = app.store.transact(move |db| {
        store::settle(db, &settled)?;
        store::take_due(db, clock::host_ms(), room)
    });
    taken.await
}

async fn until(ms: Option<i64>) {
    match ms {
        Some(ms) => {
            let wait_ms = u64::try_from(ms - clock::host_ms()).unwrap_or_default();
            tokio::time::sleep(Duration::from_millis(wait_ms)).await;
        }
        None => std::future::pending().await,
    }
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
