//! Bots.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::api::{
    operation::operations,
    params::{Checked, Object, Rule},
};

/// All bots. No parameters are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ListRobots {}

impl Checked for ListRobots {
    const RULE: Rule = Rule::Object(&Object { fields: &[], open: false, any_of: None });
}

operations! {
    /// List the account's bots. What comes back is not documented.
    operation {
        number: 14,
        name: "robots.list",
        method: Get,
        path: "/service/cloud/robot",
        auth: Token,
        envelope: Cloud,
        replay: Safe,
        source: Observed,
        params: ListRobots,
        result: Value,
    }
}
