//! The API as a campaign meets it: it holds the truth, which contacts it has taken, and nobody may come to it twice.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::BEGIN_MS;

/// The time after which the API takes up no request any more, by the default of a campaign.
pub(crate) const SETTLE_MS: u64 = 60_000;

#[derive(Default)]
pub(crate) struct Service {
    /// The milliseconds since the beginning, by a clock that nobody sets.
    pub(crate) passed_ms: u64,
    /// The contacts that it has.
    taken: BTreeMap<String, u32>,
    /// Uploads that it takes up later.
    late: Vec<(u64, Vec<u8>)>,
    created_ms: Option<u64>,
}

/// The identity of a contact.
pub(crate) fn key(contact: &Value) -> String {
    let case_id = contact.get("caseid").or_else(|| contact.get("case_id")).filter(|case_id| !case_id.is_null());
    case_id.map_or_else(|| format!("phone {}", contact["callee"]), |case_id| format!("case {case_id}"))
}

impl Service {
    pub(crate) fn has(&self, key: &str) -> bool {
        self.taken.contains_key(key)
    }

    /// Lets time pass, in which late requests are taken up.
    pub(crate) fn pass(&mut self, ms: u64) {
        self.passed_ms += ms;
        let (due, late): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.late).into_iter().partition(|(at_ms, _)| *at_ms <= self.passed_ms);
        self.late = late;
        for (_, body) in due {
            self.take(&body);
        }
    }

    /// Takes an upload up in a while; any other request at once.
    pub(crate) fn carry_out_later(&mut self, url: &str, body: &[u8], ms: u64) {
        if url.ends_with("/uploaddetails") {
            self.late.push((self.passed_ms + ms % SETTLE_MS, body.to_vec()));
        } else {
            self.carry_out(url, body);
        }
    }

    /// Does what a request says, and gives the result.
    pub(crate) fn carry_out(&mut self, url: &str, body: &[u8]) -> Value {
        match url.rsplit('/').next() {
            Some("auth") => json!({"token": "fake-token"}),
            Some("createinstance") => {
                self.created_ms.get_or_insert(self.passed_ms);
                json!({"workflow_id": "w"})
            }
            Some("uploaddetails") => {
                self.take(body);
                json!({"workflow_id": "w"})
            }
            _ => self.look_up(body),
        }
    }

    fn take(&mut self, body: &[u8]) {
        let body: Value = serde_json::from_slice(body).expect("JSON is sent");
        for detail in body["details"].as_array().expect("contacts") {
            let taken = self.taken.entry(key(detail)).or_default();
            *taken += 1;
            assert_eq!(*taken, 1, "{detail} was sent twice");
        }
    }

    fn look_up(&self, body: &[u8]) -> Value {
        let body: Value = serde_json::from_slice(body).expect("JSON is sent");
        if !self.has(&key(&body)) {
            return json!({"rows": []});
        }
        let seconds = (BEGIN_MS + self.created_ms.unwrap_or_default()) / 1000;
        json!({"rows": [{"workflow_id": "w", "workflow_name": "july", "create_time": seconds}]})
    }
}
