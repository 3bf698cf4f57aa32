//! The journal: JSON lines that tell after a crash what was sent, and what became of it.
//!
//! Each line ends in a checksum that covers the line and, through the line before, all earlier ones. A last line that
//! does not fit was torn by a crash and is dropped; any other is an error, since going on might call people twice.
//! Contacts stand in it by their position alone, with a short mark that shows whether they changed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{Error, ErrorCode, crypto};

/// Positions of contacts: pairs of the first one and how many follow on it.
pub(crate) type Ranges = Vec<(u64, u64)>;

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub(crate) enum Record {
    /// The first line: which campaign it is, and since when.
    Campaign { version: u32, workflow_template_id: i64, name: String, started_ms: u64 },
    /// A workflow is about to be created.
    Creating { workflow: usize, name: String },
    /// It was created.
    Created { workflow: usize, workflow_id: String },
    /// A batch is about to be sent: without a later line about it, nothing is known of its outcome.
    Sent { batch: u64, workflow: usize, contacts: Ranges, marks: String },
    /// What became of a batch.
    Outcome { batch: u64, state: BatchState, code: Option<String>, message: Option<String> },
    /// What look-ups found about contacts of doubtful batches.
    Settled { accepted: Ranges, unsent: Ranges },
}

/// The fields of a line, unread. (What serde derives for an enum like `Record` is many times as large as this.)
type Fields<'a> = BTreeMap<String, &'a RawValue>;

fn field<'a, T: Deserialize<'a>>(fields: &Fields<'a>, name: &str) -> Option<T> {
    serde_json::from_str(fields.get(name)?.get()).ok()
}

fn number<T: TryFrom<i64>>(fields: &Fields<'_>, name: &str) -> Option<T> {
    field::<i64>(fields, name)?.try_into().ok()
}

impl Record {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        Some(match field::<String>(fields, "record")?.as_str() {
            "campaign" => Self::Campaign {
                version: number(fields, "version")?,
                workflow_template_id: number(fields, "workflow_template_id")?,
                name: field(fields, "name")?,
                started_ms: number(fields, "started_ms")?,
            },
            "creating" => Self::Creating { workflow: number(fields, "workflow")?, name: field(fields, "name")? },
            "created" => {
                Self::Created { workflow: number(fields, "workflow")?, workflow_id: field(fields, "workflow_id")? }
            }
            "sent" => Self::Sent {
                batch: number(fields, "batch")?,
                workflow: number(fields, "workflow")?,
                contacts: field(fields, "contacts")?,
                marks: field(fields, "marks")?,
            },
            "outcome" => Self::Outcome {
                batch: number(fields, "batch")?,
                state: field(fields, "state")?,
                code: field(fields, "code"),
                message: field(fields, "message"),
            },
            "settled" => Self::Settled { accepted: field(fields, "accepted")?, unsent: field(fields, "unsent")? },
            _ => return None,
        })
    }
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BatchState {
    Accepted,
    Rejected,
    /// It was not sent after all, or refused for now: its contacts are still to be sent.
    Unsent,
    Doubtful,
}

/// Writes the lines; holds the checksum of the last one.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    last_sum: String,
}

const SUM_DIGITS: usize = 16;
const SUM_FIELD: &str = r#","sum":""#;
const SUM_END: &str = r#""}"#;

impl Journal {
    /// The line of a record, with its end of line.
    pub(crate) fn line(&mut self, record: &Record) -> Result<String, Error> {
        let mut line = serde_json::to_string(record).map_err(|error| {
            Error::new(ErrorCode::Internal, format!("a journal record does not serialize: {error}"))
        })?;
        line.truncate(line.len().saturating_sub(1));
        self.last_sum = sum(&self.last_sum, &line);
        line.push_str(SUM_FIELD);
        line.push_str(&self.last_sum);
        line.push_str(SUM_END);
        line.push('\n');
        Ok(line)
    }

    /// Reads a journal: its records, and how many bytes of it are good. What follows those is a torn line, which the
    /// host must cut off before it appends.
    pub(crate) fn read(text: &str) -> Result<(Self, Vec<Record>, usize), Error> {
        let (mut journal, mut records, mut good) = (Self::default(), Vec::new(), 0);
        for (number, line) in text.split_inclusive('\n').enumerate() {
            let damaged = |why: &str| {
                Err(Error::new(ErrorCode::JournalDamaged, format!("line {} of the journal {why}", number + 1)))
            };
            let Some(json) = journal.check_line(line) else {
                if good + line.len() == text.len() {
                    break;
                }
                return damaged("does not match its checksum; restore it from a copy");
            };
            // It was written wholly, so it is not torn: it must not be cut off.
            let Some(record) = serde_json::from_str(json).ok().and_then(|fields| Record::read(&fields)) else {
                return damaged("is not one that this version of the library knows; use the newer one");
            };
            records.push(record);
            good += line.len();
        }
        Ok((journal, records, good))
    }

    /// The JSON of a line whose checksum fits.
    fn check_line<'a>(&mut self, line: &'a str) -> Option<&'a str> {
        let json = line.strip_suffix('\n')?;
        let (record, given) = json.strip_suffix(SUM_END)?.rsplit_once(SUM_FIELD)?;
        let expected = sum(&self.last_sum, record);
        if given != expected {
            return None;
        }
        self.last_sum = expected;
        Some(json)
    }
}

fn sum(before: &str, line: &str) -> String {
    let mut digest = crypto::digest(format!("{before}{line}").as_bytes());
    digest.truncate(SUM_DIGITS);
    digest
}

/// Positions in ascending order as ranges.
pub(crate) fn ranges(positions: impl IntoIterator<Item = u64>) -> Ranges {
    let mut ranges = Ranges::new();
    for position in positions {
        match ranges.last_mut() {
            Some((first, count)) if *first + *count == position => *count += 1,
            _ => ranges.push((position, 1)),
        }
    }
    ranges
}

/// The positions in ranges.
pub(crate) fn positions(ranges: &Ranges) -> impl Iterator<Item = u64> {
    ranges.iter().flat_map(|(first, count)| *first..first.saturating_add(*count))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written() -> (String, Vec<Record>) {
        let records = vec![
            Record::Campaign { version: 1, workflow_template_id: -7, name: "july".into(), started_ms: 1 },
            Record::Sent { batch: 3, workflow: 1, contacts: ranges([4, 5]), marks: "0011".into() },
            Record::Outcome { batch: 3, state: BatchState::Rejected, code: Some("E3001".into()), message: None },
            Record::Creating { workflow: 0, name: "july".into() },
            Record::Created { workflow: 0, workflow_id: "w,\"sum\":\"x".into() },
            Record::Settled { accepted: ranges([1, 2, 3, 7]), unsent: Vec::new() },
        ];
        let mut journal = Journal::default();
        (records.iter().map(|record| journal.line(record).unwrap()).collect(), records)
    }

    #[test]
    fn what_is_written_is_read() {
        let (text, records) = written();
        let (_, read, good) = Journal::read(&text).unwrap();
        assert_eq!((read, good), (records, text.len()));
        assert_eq!(positions(&ranges([1, 2, 3, 7])).collect::<Vec<_>>(), [1, 2, 3, 7]);
    }

    #[test]
    fn a_whole_line_of_an_unknown_kind_is_an_error_even_at_the_end() {
        let line = Journal::default().line(&Record::Creating { workflow: 0, name: "july".into() }).unwrap();
        let invented = line.replace("creating", "invented");
        let (record, _) = invented.split_once(SUM_FIELD).unwrap();
        let text = format!("{record}{SUM_FIELD}{}{SUM_END}\n", sum("", record));
        assert_eq!(Journal::read(&text).unwrap_err().code(), ErrorCode::JournalDamaged);
    }

    #[test]
    fn a_last_line_torn_anywhere_is_dropped() {
        let (text, records) = written();
        let last = text.trim_end().rfind('\n').unwrap() + 1;
        for end in last..text.len() {
            let (_, read, good) = Journal::read(&text[..end]).unwrap();
            assert_eq!((read.as_slice(), good), (&records[..records.len() - 1], last));
        }
    }

    #[test]
    fn a_changed_or_missing_line_before_the_last_is_an_error() {
        let (text, _) = written();
        let changed = text.replacen("july", "june", 1);
        let second = text.find('\n').unwrap() + 1;
        for damaged in [changed.as_str(), &text[second..]] {
            assert_eq!(Journal::read(damaged).unwrap_err().code(), ErrorCode::JournalDamaged);
        }
    }
}
