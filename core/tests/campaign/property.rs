//! Any faults and kills.

use proptest::prelude::*;

use crate::support::{Api, assert_each_once, contacts, run_to_the_end};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn nobody_twice_and_nobody_lost_whatever_fails_and_whenever_it_is_killed(
        seed: u64,
        fault_percent in 0_u64..35,
        count in 1_usize..120,
        batch_size in 1_usize..40,
        kills in prop::collection::vec(0_u64..60, 0..12),
    ) {
        let mut api = Api::new(seed, fault_percent);
        let report = run_to_the_end(&mut api, batch_size, &contacts(count), &kills);
        assert_each_once(&api, &report, count);
    }
}
