//! The checks: every interleaving within bounds, and the shortest way to break the promise without one assumption.

use std::collections::BTreeSet;

use stateright::{Checker, HasDiscoveries, Model};

use crate::{
    assumptions::{Assumption, DENIED, LOST, TWICE},
    model::{Action, State},
    settings::{Kind, Settings},
};

/// A way from the beginning: what happened, and what there was before it; at last what there is then.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    pub(crate) settings: Settings,
    pub(crate) steps: Vec<(State, Action)>,
    pub(crate) last: State,
}

impl Way {
    pub(crate) fn new(settings: &Settings, actions: impl IntoIterator<Item = Action>) -> Self {
        let mut state = State::default();
        let mut steps = Vec::new();
        for action in actions {
            let next = settings.next_state(&state, action.clone()).unwrap_or_else(|| state.clone());
            steps.push((std::mem::replace(&mut state, next), action));
        }
        Self { settings: settings.clone(), steps, last: state }
    }
}

/// What a check of every interleaving found.
pub(crate) struct Explored {
    pub(crate) states: usize,
    /// The invariants that do not hold, and what never happens that should be possible.
    pub(crate) faults: Vec<&'static str>,
}

/// Explores every interleaving within the bounds.
pub(crate) fn explore(settings: &Settings) -> Explored {
    let checker = settings.clone().checker().threads(2).finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    let found = checker.discoveries();
    let is_fault = |name: &&str| found.contains_key(name) == [TWICE, LOST, DENIED].contains(name);
    let faults = settings.properties().into_iter().map(|property| property.name).filter(is_fault).collect();
    Explored { states: checker.unique_state_count(), faults }
}

/// The model in which a way is looked for that breaks the promise without this assumption.
pub(crate) fn settings_without(assumption: Assumption) -> Settings {
    let kind = if assumption.needs_lease() { Kind::Lease } else { Kind::Lock };
    let contacts = match assumption {
        // One of the batch must not be in the sample.
        Assumption::RefusalShows => 4,
        Assumption::SuccessMeansAll => 2,
        _ => 1,
    };
    Settings { without: Some(assumption), ..Settings::new(kind, contacts, contacts) }
}

/// The shortest way to break what this assumption is for.
pub(crate) fn counterexample(assumption: Assumption) -> Option<Way> {
    let settings = settings_without(assumption);
    let mut shortest = None;
    let mut depth = usize::MAX;
    // The checker may go on a little after it has found a way, and then tells a longer one.
    while let Some(actions) = way_of_less(&settings, assumption.breaks(), depth) {
        depth = actions.len();
        shortest = Some(actions);
    }
    shortest.map(|actions| Way::new(&settings, actions))
}

fn way_of_less(settings: &Settings, invariant: &'static str, steps: usize) -> Option<Vec<Action>> {
    let checker = settings.clone().checker().threads(1);
    // A depth is one of states, the first one included; the last is not looked at any more.
    let checker = if steps == usize::MAX { checker } else { checker.target_max_depth(steps + 1) };
    let found = checker.finish_when(HasDiscoveries::AnyOf(BTreeSet::from([invariant]))).spawn_bfs().join();
    found.discovery(invariant).map(stateright::Path::into_actions)
}
