//! The checks with small bounds.

use std::fs;

use crate::{
    WALKS,
    assumptions::Assumption,
    check::explore,
    large,
    model::Action,
    page::{Figure, bounds, page, ways},
    path, read_figures,
    replay::replay,
    settings::{Kind, Settings},
    walk::{settings, walk},
};

#[test]
fn under_all_assumptions_the_promise_holds_in_every_state() {
    for kind in [Kind::Lock, Kind::Lease] {
        let small = Settings::new(kind, 1, 1);
        let found = explore(&small);
        assert_eq!(found.faults, Vec::<&str>::new());
        let figure = Figure { bounds: bounds(&small), states: found.states };
        assert!(read_figures().unwrap().contains(&figure), "{figure:?}: the model is another one; run `make protocol`");
    }
}

#[test]
fn without_any_single_assumption_it_breaks_and_the_page_says_how() {
    let ways = ways();
    assert_eq!(ways.len(), Assumption::ALL.len());
    let figures = read_figures().unwrap();
    let listed: Vec<&str> = figures.iter().map(|figure| figure.bounds.as_str()).collect();
    assert_eq!(listed, large().iter().map(bounds).collect::<Vec<_>>());
    let written = fs::read_to_string(path("docs/assumptions.md")).unwrap();
    assert!(page(&figures, &ways, WALKS) == written, "docs/assumptions.md is stale; run `make protocol`");
    for (_, way) in ways {
        replay(&way).unwrap();
    }
}

#[test]
fn the_real_campaign_does_what_the_model_does() {
    let (mut ends, mut appends) = (0, 0);
    for seed in 0..2000 {
        let way = walk(&settings(seed), seed);
        replay(&way).unwrap_or_else(|why| panic!("walk {seed}: {why}"));
        ends += way.steps.iter().filter(|(_, action)| matches!(action, Action::Finish(_))).count();
        appends += way.steps.iter().filter(|(_, action)| matches!(action, Action::Append(_))).count();
    }
    assert!(ends > 1000 && appends > 10_000, "the walks do not get far: {ends} ends, {appends} appends");
}

/// A replay that compares nothing would be of no use.
#[test]
fn a_model_that_differs_from_the_campaign_is_found() {
    let right = Settings::new(Kind::Lock, 2, 2);
    let way = (0..100).map(|seed| walk(&right, seed)).find(|way| way.steps.len() > 20).unwrap();
    replay(&way).unwrap();
    let mut wrong = way.clone();
    wrong.settings.batch_size = 1;
    assert!(replay(&wrong).is_err());
    let mut wrong = way;
    let appends = |action: &Action| matches!(action, Action::Append(_));
    let index = wrong.steps.iter().position(|(_, action)| appends(action)).unwrap();
    wrong.steps.remove(index);
    assert!(replay(&wrong).is_err());
}
