//! The journal: JSON lines that tell after a crash what was sent, and what became of it.
//!
//! Each line ends in a checksum that covers the line and, through the line before, all earlier ones. A last line that a
//! crash tore is dropped: it lacks its end, or the file system left zeros in it. Nothing was sent on the strength of it. Any
//! other line that does not fit is an error, since going on might call people twice.
//! Contacts stand in it by their position alone, with a fingerprint that shows whether they changed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    crypto,
    error::{Error, ErrorCode},
};

/// Positions of contacts: pairs of the first one and how many follow on it.
pub(crate) type Ranges = Vec<(u64, u64)>;

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub(crate) enum Record {
    /// The first line: which campaign it is, and since when.
    Campaign {
        version: u32,
        workflow_template_id: i64,
        name: String,
        started_ms: u64,
        /// Absent from journals of version 0.1.0.
        #[serde(skip_serializing_if = "Option::is_none")]
        binding: Option<Binding>,
        /// The journal of earlier runs was lost: all workflows of this name that were created since this time of the API's
        /// are the campaign's. It is in the first line, so that no crash leaves the one without the other.
        #[serde(skip_serializing_if = "Option::is_none")]
        recovered_since_ms: Option<u64>,
        /// The number of partitions of the campaign whose head this line is: nothing follows on it.
        #[serde(skip_serializing_if = "Option::is_none")]
        partitions: Option<u32>,
    },
    /// A workflow is about to be created.
    Creating {
        workflow: usize,
        name: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        end_time: Option<String>,
    },
    /// It was created.
    Created {
        workflow: usize,
        workflow_id: String,
        /// When, by the host's clock and by the API's; version 0.1.0 did not write it.
        #[serde(skip_serializing_if = "Option::is_none")]
        created_ms: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        service_ms: Option<u64>,
    },
    /// It takes no more contacts.
    Closed { workflow: usize },
    /// A batch is about to be sent: without a later line about it, nothing is known of its outcome.
    Sent {
        batch: u64,
        workflow: usize,
        contacts: Ranges,
        #[serde(rename = "marks")]
        fingerprints: String,
    },
    /// The outcome of a batch.
    Outcome { batch: u64, state: BatchState, code: Option<String>, message: Option<String> },
    /// Contacts of a refused batch were looked up, and none of them was found.
    Sampled { batch: u64, looked_up: u64 },
    /// The result of lookups of contacts of doubtful batches.
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
                binding: match number::<u32>(fields, "version") {
                    Some(1) => None,
                    _ => Some(Binding::read(&field(fields, "binding")?)?),
                },
                recovered_since_ms: number(fields, "recovered_since_ms"),
                partitions: number(fields, "partitions"),
            },
            "creating" => Self::Creating {
                workflow: number(fields, "workflow")?,
                name: field(fields, "name")?,
                end_time: field(fields, "end_time"),
            },
            "created" => Self::Created {
                workflow: number(fields, "workflow")?,
                workflow_id: field(fields, "workflow_id")?,
                created_ms: number(fields, "created_ms"),
                service_ms: number(fields, "service_ms"),
            },
            "closed" => Self::Closed { workflow: number(fields, "workflow")? },
            "sampled" => Self::Sampled { batch: number(fields, "batch")?, looked_up: number(fields, "looked_up")? },
            "sent" => Self::Sent {
                batch: number(fields, "batch")?,
                workflow: number(fields, "workflow")?,
                contacts: field(fields, "contacts")?,
                fingerprints: field(fields, "marks")?,
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

/// The tie of a journal to an account and to the way in which contacts were read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Binding {
    /// The API's time when it began, in Unix milliseconds.
    pub(crate) service_ms: Option<u64>,
    pub(crate) salt: String,
    /// Fingerprints of what must not change: the key of all fingerprints, the host, and the app key.
    pub(crate) key: String,
    pub(crate) host: String,
    pub(crate) account: String,
    /// The rules by which files became contacts.
    pub(crate) normal: u32,
}

impl Binding {
    fn read(fields: &Fields<'_>) -> Option<Self> {
        Some(Self {
            service_ms: number(fields, "service_ms"),
            salt: field(fields, "salt")?,
            key: field(fields, "key")?,
            host: field(fields, "host")?,
            account: field(fields, "account")?,
            normal: number(fields, "normal")?,
        })
    }
}

/// The outcome of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BatchState {
    Accepted,
    Rejected,
    /// It was not sent after all, or refused for now: its contacts are still to be sent.
    Unsent,
    Doubtful,
}

impl BatchState {
    /// Returns whether a contact in this state is in its workflow, or may be.
    pub(crate) const fn may_be_taken(self) -> bool {
        matches!(self, Self::Accepted | Self::Doubtful)
    }
}

/// The journal as it grows: lines that wait to be written, and where they belong.
#[derive(Debug, Default)]
pub(super) struct Writer {
    journal: Journal,
    length: u64,
    lines: String,
    is_outstanding: bool,
}

impl Writer {
    /// Appends to a journal of this many bytes.
    pub(super) fn after(journal: Journal, length: u64) -> Self {
        Self { journal, length, ..Self::default() }
    }

    pub(super) fn write(&mut self, record: &Record) -> Result<(), Error> {
        self.lines.push_str(&self.journal.line(record)?);
        Ok(())
    }

    /// Hands out the lines that wait, and the length of the journal before them.
    pub(super) fn take_lines(&mut self) -> Option<(String, u64)> {
        if self.lines.is_empty() {
            return None;
        }
        self.is_outstanding = true;
        let (lines, at) = (std::mem::take(&mut self.lines), self.length);
        self.length += lines.len() as u64;
        Some((lines, at))
    }

    /// Returns whether lines were handed out that are not written yet.
    pub(super) const fn is_outstanding(&self) -> bool {
        self.is_outstanding
    }

    /// The lines that were handed out are written; false where there were none.
    pub(super) fn written(&mut self) -> bool {
        std::mem::take(&mut self.is_outstanding)
    }
}

/// Makes the lines; holds the checksum of the last one.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    last_sum: String,
}

/// The beginning of every journal.
const START: &[u8] = br#"{"record":"campaign","version":"#;
const SUM_DIGITS: usize = 16;
const SUM_FIELD: &str = r#","sum":""#;
const SUM_END: &str = r#""}"#;

impl Journal {
    /// The line of a record, with its end of line.
    pub(crate) fn line(&mut self, record: &Record) -> Result<String, Error> {
        let mut line = serde_json::to_string(record)
            .map_err(|_| Error::new(ErrorCode::Internal, "a journal record does not serialize"))?;
        line.truncate(line.len().saturating_sub(1));
        self.last_sum = sum(&self.last_sum, &line);
        line.push_str(SUM_FIELD);
        line.push_str(&self.last_sum);
        line.push_str(SUM_END);
        line.push('\n');
        Ok(line)
    }

    /// Checks a journal, and tells how many bytes of it are good. What follows those is a torn line, which the host must cut
    /// off before it appends.
    pub(crate) fn read(bytes: &[u8]) -> Result<(Self, usize), Error> {
        let damaged = |why: String| Err(Error::new(ErrorCode::JournalDamaged, why));
        if !bytes.iter().zip(START).all(|(byte, start)| byte == start) {
            return damaged("the file does not begin as a journal does: it is left as it is".into());
        }
        let (mut journal, mut good) = (Self::default(), 0);
        for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
            let number = index + 1;
            let Some(json) = journal.check_line(line) else {
                if good + line.len() == bytes.len() && journal.is_torn(line) {
                    break;
                }
                return damaged(format!("line {number} of the journal does not match its checksum"));
            };
            // It was written wholly, so it is not torn: it must not be cut off.
            if record(json).is_none() {
                return damaged(format!(
                    "line {number} of the journal is not one that this version of the library knows; use the newer one"
                ));
            }
            good += line.len();
        }
        Ok((journal, good))
    }

    /// The records of a journal that was checked, one at a time: all of them would take as much memory as the journal.
    pub(crate) fn records(good: &[u8]) -> impl Iterator<Item = Record> {
        good.split_inclusive(|byte| *byte == b'\n').filter_map(|line| record(std::str::from_utf8(line).ok()?))
    }

    /// The JSON of a line whose checksum fits.
    fn check_line<'a>(&mut self, line: &'a [u8]) -> Option<&'a str> {
        let json = std::str::from_utf8(line.strip_suffix(b"\n")?).ok()?;
        self.last_sum = self.sum_of(json)?;
        Some(json)
    }

    /// The checksum of a whole line, if it fits.
    fn sum_of(&self, json: &str) -> Option<String> {
        let (record, given) = json.strip_suffix(SUM_END)?.rsplit_once(SUM_FIELD)?;
        Some(sum(&self.last_sum, record)).filter(|expected| given == expected)
    }

    /// Returns whether a crash can have left this last line: before its end came, or with zeros where the disk was not
    /// reached. A
    /// line that is whole up to what should be its end was on the disk, and damaged later.
    fn is_torn(&self, line: &[u8]) -> bool {
        // One zero may be a flipped bit of a space.
        let has_zeros = line.iter().filter(|byte| **byte == 0).nth(1).is_some();
        let is_whole = |end: usize| {
            line.get(..end)
                .and_then(|whole| std::str::from_utf8(whole).ok())
                .is_some_and(|json| self.sum_of(json).is_some())
        };
        let ends = line.windows(SUM_END.len()).enumerate().filter(|(_, window)| *window == SUM_END.as_bytes());
        (has_zeros || line.last() != Some(&b'\n'))
            && !ends.map(|(start, _)| start + SUM_END.len()).any(|end| end < line.len() && is_whole(end))
    }
}

/// The record of a line.
fn record(json: &str) -> Option<Record> {
    serde_json::from_str(json).ok().and_then(|fields| Record::read(&fields))
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

    fn read(bytes: &[u8]) -> (Vec<Record>, usize) {
        let (_, good) = Journal::read(bytes).unwrap();
        (Journal::records(&bytes[..good]).collect(), good)
    }

    fn written() -> (String, Vec<Record>) {
        let records = vec![
            Record::Campaign {
                version: 2,
                workflow_template_id: -7,
                name: "july".into(),
                started_ms: 1,
                binding: Some(Binding {
                    service_ms: None,
                    salt: "00ff".into(),
                    key: "k".into(),
                    host: "h".into(),
                    account: "a".into(),
                    normal: 2,
                }),
                recovered_since_ms: Some(7),
                partitions: Some(8),
            },
            Record::Sent { batch: 3, workflow: 1, contacts: ranges([4, 5]), fingerprints: "0011".into() },
            Record::Outcome { batch: 3, state: BatchState::Rejected, code: Some("E3001".into()), message: None },
            Record::Sampled { batch: 3, looked_up: 2 },
            Record::Creating { workflow: 0, name: "july".into(), end_time: Some("2099-01-01 00:00:00+08:00".into()) },
            Record::Created {
                workflow: 0,
                workflow_id: "w,\"sum\":\"x".into(),
                created_ms: Some(5),
                service_ms: Some(6),
            },
            Record::Closed { workflow: 0 },
            Record::Settled { accepted: ranges([1, 2, 3, 7]), unsent: Vec::new() },
        ];
        let mut journal = Journal::default();
        (records.iter().map(|record| journal.line(record).unwrap()).collect(), records)
    }

    #[test]
    fn what_is_written_is_read() {
        let (text, records) = written();
        let (read, good) = read(text.as_bytes());
        assert_eq!((read, good), (records, text.len()));
        assert_eq!(positions(&ranges([1, 2, 3, 7])).collect::<Vec<_>>(), [1, 2, 3, 7]);
    }

    #[test]
    fn a_whole_line_of_an_unknown_kind_is_an_error_even_at_the_end() {
        let (text, _) = written();
        let (first, _) = text.split_at(text.find('\n').unwrap() + 1);
        let (record, given) = first.trim_end().split_once(SUM_FIELD).unwrap();
        let invented = r#"{"record":"invented""#;
        let sum = sum(given.trim_end_matches(SUM_END), invented);
        assert!(first.starts_with(record));
        let text = format!("{first}{invented}{SUM_FIELD}{sum}{SUM_END}\n");
        assert_eq!(Journal::read(text.as_bytes()).unwrap_err().code(), ErrorCode::JournalDamaged);
    }

    #[test]
    fn a_last_line_torn_anywhere_is_dropped() {
        let (text, records) = written();
        let last = text.trim_end().rfind('\n').unwrap() + 1;
        for end in last..text.len() {
            let (read, good) = read(&text.as_bytes()[..end]);
            assert_eq!((read.as_slice(), good), (&records[..records.len() - 1], last));
        }
    }

    #[test]
    fn any_flipped_bit_is_an_error_and_cuts_nothing_off() {
        let (text, _) = written();
        for index in 0..text.len() {
            for bit in 0..8 {
                let mut bytes = text.clone().into_bytes();
                bytes[index] ^= 1 << bit;
                match Journal::read(&bytes) {
                    Err(error) => assert_eq!(error.code(), ErrorCode::JournalDamaged),
                    Ok((_, good)) => panic!("byte {index}, bit {bit}: {good} bytes"),
                }
            }
        }
    }

    #[test]
    fn a_last_line_in_which_the_file_system_left_zeros_is_dropped() {
        let (text, records) = written();
        let last = text.trim_end().rfind('\n').unwrap() + 1;
        for start in last..text.len() - 2 {
            for end in [text.len(), text.len() - 1] {
                let mut bytes = text.clone().into_bytes();
                bytes[start..end].fill(0);
                if end - start > 1 {
                    let (read, good) = read(&bytes);
                    assert_eq!((read.len(), good), (records.len() - 1, last));
                }
            }
        }
        let mut bytes = text.into_bytes();
        bytes[last - 9..last - 2].fill(0);
        assert_eq!(Journal::read(&bytes).unwrap_err().code(), ErrorCode::JournalDamaged);
    }

    #[test]
    fn a_file_that_is_no_journal_is_left_alone() {
        for other in ["\n", "x", "callee,caseid\n+62,c-1\n", "{}", "{\"record\":\"sent\"", "\u{feff}", "\0\0\0\0"] {
            assert_eq!(Journal::read(other.as_bytes()).unwrap_err().code(), ErrorCode::JournalDamaged, "{other:?}");
        }
        for torn in ["", "{", "{\"record\":\"campaign\",\"version\":2,\"work"] {
            assert_eq!(Journal::read(torn.as_bytes()).unwrap().1, 0, "{torn:?}");
        }
    }

    #[test]
    fn a_changed_or_missing_line_before_the_last_is_an_error() {
        let (text, _) = written();
        let changed = text.replacen("july", "june", 1);
        let second = text.find('\n').unwrap() + 1;
        for damaged in [changed.as_str(), &text[second..]] {
            assert_eq!(Journal::read(damaged.as_bytes()).unwrap_err().code(), ErrorCode::JournalDamaged);
        }
    }
}
