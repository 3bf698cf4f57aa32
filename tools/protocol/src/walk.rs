//! Random ways of the model.

use stateright::Model;

use crate::{
    check::Way,
    model::{Action, State},
    settings::{Kind, Settings},
};

/// The most steps of a way.
const STEPS: usize = 150;

/// The way that this number makes. Workers seldom die in it, so that it gets far.
pub(crate) fn walk(settings: &Settings, seed: u64) -> Way {
    let mut random = seed;
    let mut below = |bound: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(random >> 33).unwrap_or(0) % bound
    };
    let (mut state, mut actions) = (State::default(), Vec::new());
    for _ in 0..STEPS {
        let mut possible = Vec::new();
        settings.actions(&state, &mut possible);
        if below(8) > 0 {
            possible.retain(|action| !matches!(action, Action::Crash(_)));
        }
        if possible.is_empty() {
            continue;
        }
        let action = possible.swap_remove(below(possible.len()));
        let Some(next) = settings.next_state(&state, action.clone()) else { continue };
        if settings.within_boundary(&next) {
            state = next;
            actions.push(action);
        }
    }
    Way::new(settings, actions)
}

/// The model in which the way of this number goes.
pub(crate) fn settings(seed: u64) -> Settings {
    let kind = if seed.is_multiple_of(2) { Kind::Lock } else { Kind::Lease };
    let contacts = 1 + usize::try_from(seed / 2 % 3).unwrap_or(0);
    let batch_size = 1 + usize::try_from(seed / 6).unwrap_or(0) % contacts;
    Settings { starts: 6, sends: 4, ..Settings::new(kind, contacts, batch_size) }
}
