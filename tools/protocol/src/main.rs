//! The protocol of a campaign as a model, checked for every interleaving, and replayed on the real campaign.
//!
//! Read `model.rs` first: what can happen, and what must never come of it. `run.rs` is what a worker does, `journal.rs` what
//! stands in the journal, `api.rs` the network and the API, `assumptions.rs` what all of it rests on.
//!
//! `make protocol` explores the larger bounds, replays many random ways, and writes `docs/assumptions.md`; with `--page`, the
//! program writes the page alone, with the figures of the last time. The tests do the same with smaller bounds, and fail where
//! the page is not as it would be written.

mod api;
mod assumptions;
mod check;
mod contacts;
mod journal;
mod model;
mod page;
mod replay;
mod run;
mod settings;
mod story;
#[cfg(test)]
mod tests;
mod walk;

use std::{env, fs, path::PathBuf, process::ExitCode, time::Instant};

use self::{
    check::explore,
    page::{Figure, bounds, page, ways},
    replay::replay,
    settings::{Kind, Settings},
};

/// The number of random ways that are replayed.
const WALKS: u64 = 20_000;

fn main() -> ExitCode {
    match run_all() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn run_all() -> Result<(), String> {
    let ways = ways();
    let figures = if env::args().any(|argument| argument == "--page") {
        read_figures()?
    } else {
        let figures = large().iter().map(figure).collect::<Result<Vec<_>, _>>()?;
        ways.iter().try_for_each(|(_, way)| replay(way))?;
        (0..WALKS).try_for_each(|seed| replay(&walk::walk(&walk::settings(seed), seed)))?;
        println!("replayed {WALKS} random ways");
        let json = serde_json::to_string_pretty(&figures).map_err(|error| error.to_string())?;
        write("tools/protocol/figures.json", &format!("{json}\n"))?;
        figures
    };
    write("docs/assumptions.md", &page(&figures, &ways, WALKS))
}

fn read_figures() -> Result<Vec<Figure>, String> {
    let name = "tools/protocol/figures.json";
    let text = fs::read_to_string(path(name)).map_err(|error| format!("{name}: {error}"))?;
    serde_json::from_str(&text).map_err(|error| format!("{name}: {error}"))
}

fn write(name: &str, text: &str) -> Result<(), String> {
    fs::write(path(name), text).map_err(|error| format!("{name}: {error}"))
}

/// The bounds whose figures stand on the page. The first ones of each kind are small: the tests explore them, too.
fn large() -> Vec<Settings> {
    let mut all = Vec::new();
    for kind in [Kind::Lock, Kind::Lease] {
        let small = Settings::new(kind, 1, 1);
        let (twice, together) = (Settings::new(kind, 2, 1), Settings::new(kind, 2, 2));
        let often = Settings { starts: 3, sends: 4, ..small.clone() };
        let finely = Settings { settle: 4, limit: 2, third: 2, ..small.clone() };
        all.extend([small, twice, together, often, finely]);
    }
    // A refused batch of which not everybody is looked up.
    all.push(Settings { starts: 1, sends: 2, ..Settings::new(Kind::Lock, 4, 4) });
    all
}

fn figure(settings: &Settings) -> Result<Figure, String> {
    let began = Instant::now();
    let found = explore(settings);
    let bounds = bounds(settings);
    println!("{bounds}: {} states in {} s", found.states, began.elapsed().as_secs());
    if found.faults.is_empty() {
        Ok(Figure { bounds, states: found.states })
    } else {
        Err(format!("{bounds}: {:?}", found.faults))
    }
}

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)
}
