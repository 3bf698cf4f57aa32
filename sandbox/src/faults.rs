//! Faults to order: which requests and events go wrong, and how.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::random::Random;

/// The faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fault {
    /// The answer takes `delay_ms` longer. Other faults may come on top.
    Delay,
    /// The connection is reset; the request has no effect.
    ResetBefore,
    /// The request is processed, then the connection is reset without an answer.
    ResetAfter,
    /// HTTP `status`, with `Retry-After` if one is given; processed first if `after` is true, else without effect.
    Status,
    /// HTTP 401, as if the token had expired. `*` spares `auth.token`, where it would mean wrong credentials.
    Unauthorized,
    /// A part of the contacts is taken, then the request is refused with HTTP `status`, in the envelope.
    RefuseAfterPart,
    /// What a proxy in front of the API says: HTML with HTTP `status`; processed first if `after` is true.
    #[serde(rename = "proxy_403")]
    Proxy403,
    /// An interim answer, `status` 102 or 103, ahead of the real one. Other faults may come on top.
    Interim,
    /// Contacts are found only `delay_ms` after they came. Other faults may come on top.
    Lag,
    /// Processed, but the answer breaks off in the middle.
    Truncate,
    /// Processed, but the answer's body is changed on the way.
    Tamper,
    /// An acknowledged event is sent once more.
    Redeliver,
    /// A copy of the event with a wrong signature is sent ahead of it.
    TamperSignature,
}

impl Fault {
    const fn concerns_events(self) -> bool {
        matches!(self, Self::Redeliver | Self::TamperSignature)
    }

    /// Returns whether it comes on top of others, rather than in their place.
    const fn adds_up(self) -> bool {
        matches!(self, Self::Delay | Self::Interim | Self::Lag)
    }

    /// The status that a rule means where it gives none.
    const fn usual_status(self) -> u16 {
        match self {
            Self::RefuseAfterPart => 400,
            Self::Proxy403 => 403,
            Self::Interim => 103,
            _ => 503,
        }
    }

    /// The possible statuses.
    const fn statuses(self) -> std::ops::RangeInclusive<u16> {
        match self {
            Self::Interim => 102..=103,
            _ => 200..=599,
        }
    }
}

/// One rule, as it comes by the control endpoint.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    /// An operation's name, or an event's for faults of events, or `*`.
    operation: String,
    fault: Fault,
    #[serde(default = "always")]
    probability: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_after: Option<String>,
    #[serde(default)]
    delay_ms: u64,
    #[serde(default)]
    after: bool,
    /// How much of a batch `refuse_after_part` takes, from its beginning on.
    #[serde(default = "half")]
    part: f64,
    /// The number of times that it may still strike; without it, for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    times: Option<u64>,
}

const fn always() -> f64 {
    1.0
}

const fn half() -> f64 {
    0.5
}

impl Rule {
    /// Why this rule makes no sense, if it makes none.
    pub(crate) fn problem(&self) -> Option<String> {
        for (name, share) in [("probability", self.probability), ("part", self.part)] {
            if !(0.0..=1.0).contains(&share) {
                return Some(format!("`{name}` must be from 0 to 1, and is {share}"));
            }
        }
        let (status, possible) = (self.status(), self.fault.statuses());
        if !possible.contains(&status) {
            return Some(format!("`status` must be from {} to {}, and is {status}", possible.start(), possible.end()));
        }
        if self.retry_after.as_ref().is_some_and(|text| text.bytes().any(|byte| !(b' '..=b'~').contains(&byte))) {
            return Some("`retry_after` must be printable ASCII".into());
        }
        None
    }

    fn status(&self) -> u16 {
        self.status.unwrap_or(self.fault.usual_status())
    }

    /// The fault in place of the plain answer.
    fn strike(&self) -> Option<Strike> {
        Some(match self.fault {
            Fault::ResetBefore => Strike::ResetBefore,
            Fault::ResetAfter => Strike::ResetAfter,
            Fault::Status => {
                Strike::Status { status: self.status(), retry_after: self.retry_after.clone(), after: self.after }
            }
            Fault::Unauthorized => Strike::Unauthorized,
            Fault::RefuseAfterPart => Strike::RefuseAfterPart { status: self.status(), part: self.part },
            Fault::Proxy403 => Strike::Proxy { status: self.status(), after: self.after },
            Fault::Truncate => Strike::Truncate,
            Fault::Tamper => Strike::Tamper,
            Fault::Delay | Fault::Interim | Fault::Lag | Fault::Redeliver | Fault::TamperSignature => return None,
        })
    }

    fn strikes(&mut self, name: &str, random: &mut Random) -> bool {
        // Asking for a token needs none, so `*` does not mean that its token has expired.
        let concerned = match self.operation.as_str() {
            "*" => self.fault != Fault::Unauthorized || name != "auth.token",
            operation => operation == name,
        };
        if !concerned || self.times == Some(0) {
            return false;
        }
        let strikes = random.chance(self.probability);
        if strikes && let Some(times) = &mut self.times {
            *times -= 1;
        }
        strikes
    }
}

/// The faults of one request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    pub(crate) delay: Duration,
    /// The statuses of interim answers.
    pub(crate) interim: Vec<u16>,
    /// The time after their upload for which contacts are not found.
    pub(crate) lag: Duration,
    pub(crate) fault: Option<Strike>,
    /// The kinds of all that strikes.
    pub(crate) struck: Vec<Fault>,
}

/// A fault that strikes, with what it needs.
#[derive(Clone, Debug)]
pub(crate) enum Strike {
    ResetBefore,
    ResetAfter,
    Status { status: u16, retry_after: Option<String>, after: bool },
    Unauthorized,
    RefuseAfterPart { status: u16, part: f64 },
    Proxy { status: u16, after: bool },
    Truncate,
    Tamper,
}

/// The faults of one event.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct EventPlan {
    pub(crate) redeliver: bool,
    pub(crate) forge: bool,
}

/// The present rules, and how often each kind struck.
#[derive(Debug)]
pub(crate) struct Faults {
    seed: u64,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    rules: Vec<Rule>,
    random: Random,
    injected: BTreeMap<Fault, u64>,
}

impl Faults {
    pub(crate) fn new(seed: u64) -> Self {
        let inner = Inner { rules: Vec::new(), random: Random::new(seed), injected: BTreeMap::new() };
        Self { seed, inner: Mutex::new(inner) }
    }

    fn with<T>(&self, work: impl FnOnce(&mut Inner) -> T) -> T {
        work(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces the rules.
    pub(crate) fn replace(&self, rules: Vec<Rule>) {
        self.with(|inner| inner.rules = rules);
    }

    /// The rules, with what is left of their `times`.
    pub(crate) fn rules(&self) -> Vec<Rule> {
        self.with(|inner| inner.rules.clone())
    }

    /// The number of times that each kind struck.
    pub(crate) fn injected(&self) -> BTreeMap<Fault, u64> {
        self.with(|inner| inner.injected.clone())
    }

    /// Forgets rules and counts, and draws anew.
    pub(crate) fn reset(&self) {
        self.with(|inner| {
            inner.rules.clear();
            inner.injected.clear();
            inner.random = Random::new(self.seed);
        });
    }

    /// Draws what happens to a request: all that adds up and strikes, and the first other fault that does.
    pub(crate) fn plan(&self, operation: &str) -> Plan {
        self.with(|inner| {
            let mut plan = Plan::default();
            for rule in inner.rules.iter_mut().filter(|rule| !rule.fault.concerns_events()) {
                if plan.fault.is_some() && !rule.fault.adds_up() {
                    continue;
                }
                if !rule.strikes(operation, &mut inner.random) {
                    continue;
                }
                *inner.injected.entry(rule.fault).or_default() += 1;
                plan.struck.push(rule.fault);
                match rule.fault {
                    Fault::Delay => plan.delay += Duration::from_millis(rule.delay_ms),
                    Fault::Interim => plan.interim.push(rule.status()),
                    Fault::Lag => plan.lag += Duration::from_millis(rule.delay_ms),
                    _ => plan.fault = rule.strike(),
                }
            }
            plan
        })
    }

    /// Draws what happens to an event besides its delivery.
    pub(crate) fn plan_event(&self, kind: &str) -> EventPlan {
        self.with(|inner| {
            let mut plan = EventPlan::default();
            for rule in inner.rules.iter_mut().filter(|rule| rule.fault.concerns_events()) {
                if !rule.strikes(kind, &mut inner.random) {
                    continue;
                }
                *inner.injected.entry(rule.fault).or_default() += 1;
                match rule.fault {
                    Fault::Redeliver => plan.redeliver = true,
                    _ => plan.forge = true,
                }
            }
            plan
        })
    }
}
