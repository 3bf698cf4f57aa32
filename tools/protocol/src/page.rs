//! The page of the documentation that the model writes.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::{
    assumptions::Assumption,
    check::{Way, counterexample},
    settings::{Kind, Settings},
    story::{outcome, story},
};

/// What a check of every interleaving within these bounds found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Figure {
    pub(crate) bounds: String,
    pub(crate) states: usize,
}

/// The bounds as a row of the page's table, which names them.
pub(crate) fn bounds(settings: &Settings) -> String {
    let journal = match settings.kind {
        Kind::Lock => "file with a lock",
        Kind::Lease => "database with a lease",
    };
    let Settings { contacts, batch_size, starts, sends, limit, settle, .. } = settings;
    let lease = if settings.kind == Kind::Lease { settings.lease().to_string() } else { "-".into() };
    format!("{journal} | {contacts} | {batch_size} | {starts} | {sends} | {limit} | {settle} | {lease}")
}

/// The shortest way to break the promise without each assumption.
pub(crate) fn ways() -> Vec<(Assumption, Way)> {
    Assumption::ALL.into_iter().filter_map(|assumption| Some((assumption, counterexample(assumption)?))).collect()
}

/// A number with a space before each group of three digits.
fn grouped(number: usize) -> String {
    if number < 1000 { number.to_string() } else { format!("{} {:03}", grouped(number / 1000), number % 1000) }
}

/// The whole page.
pub(crate) fn page(figures: &[Figure], ways: &[(Assumption, Way)], walks: u64) -> String {
    let row = |figure: &Figure| format!("| {} | {} |", figure.bounds, grouped(figure.states));
    let rows: Vec<String> = figures.iter().map(row).collect();
    let walks = grouped(usize::try_from(walks).unwrap_or(usize::MAX));
    let mut page = include_str!("../page.txt").replace("$rows", &rows.join("\n")).replace("$walks", &walks);
    for (is_of_api, heading) in [(true, "Of the API"), (false, "Of your machine and program")] {
        let _ = writeln!(page, "\n## {heading}");
        for (assumption, way) in ways.iter().filter(|(assumption, _)| assumption.is_of_api() == is_of_api) {
            let _ = writeln!(page, "\n### {}\n\n{}\n\nOtherwise:\n", assumption.title(), assumption.statement());
            for (number, told) in story(way).iter().enumerate() {
                let _ = writeln!(page, "{}. {told}", number + 1);
            }
            let _ = writeln!(page, "\n{}", outcome(way, assumption.breaks()));
        }
    }
    page
}
