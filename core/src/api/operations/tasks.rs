//! Tasks: calls to a list of numbers by one bot.
//!
//! Of most of these operations only method and purpose are documented; the rest was seen in a public client.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::{
    operation::operations,
    params::{Callee, Each, Id, LocalTime, Phone, Platform, Text, UNLIMITED, Validate},
    received::received,
};

/// A new task. Which fields are required is not documented; those are that no call could do without.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub struct CreateTask<'a, D = Vec<TaskDetail<'a>>> {
    /// The task's name \[documented].
    #[serde(borrow)]
    pub task_name: Text<'a>,
    /// From when on calls are made, in the account's local time: `2020-09-15 11:14:37` \[documented].
    #[serde(borrow)]
    pub schedule_start_time: LocalTime<'a>,
    /// Until when calls are made, in the account's local time \[documented].
    #[serde(borrow)]
    pub schedule_end_time: LocalTime<'a>,
    /// The bot that calls \[documented].
    #[serde(borrow, default, rename = "RobotID", skip_serializing_if = "Option::is_none")]
    pub robot_id: Option<Id<'a>>,
    /// The way to choose the bot: `single`, `group` \[observed].
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub robot_method: Option<Text<'a>>,
    /// The line that calls \[documented].
    #[serde(borrow, default, rename = "SIPLine", skip_serializing_if = "Option::is_none")]
    pub sip_line: Option<Text<'a>>,
    /// The pause between redials \[documented]; its unit is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat_interval: Option<i64>,
    /// The number of redials \[documented].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat_number: Option<i64>,
    /// `normal` in the example \[documented].
    #[serde(borrow, default, rename = "Type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<Text<'a>>,
    /// The contacts \[documented].
    pub details: D,
}

/// A contact of a task. Beside these fields any variable of the bot may stand, such as `Debtor`, `LoanDate`, `DueDate`,
/// `Arrears`, `LoanAmount`, `Unit`, `borrower_name`, `borrower_mobile` and `borrowed_date` \[documented by example].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "PascalCase")]
pub struct TaskDetail<'a> {
    /// The phone number with `+` and country code \[documented].
    #[serde(borrow)]
    pub mobile: Callee<'a>,
    /// The platform's name, at most 40 characters \[documented].
    #[serde(borrow)]
    pub platform: Platform<'a>,
    /// Another bot for this contact \[documented].
    #[serde(borrow, default, rename = "RobotID", skip_serializing_if = "Option::is_none")]
    pub robot_id: Option<Id<'a>>,
    /// Variables of the bot, of any type.
    #[serde(flatten)]
    pub variables: Map<String, Value>,
}

/// A contact of a task as it is checked: variables may be anything.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(dead_code, reason = "only read")]
pub(crate) struct TaskDetailCheck<'a> {
    #[serde(borrow)]
    mobile: Callee<'a>,
    #[serde(borrow)]
    platform: Platform<'a>,
    #[serde(borrow, default, rename = "RobotID")]
    robot_id: Option<Id<'a>>,
}

/// A page of tasks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub struct ListTasks<'a> {
    /// The number of tasks on a page \[observed].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<i64>,
    /// Which page \[observed]; whether the first is 0 or 1 is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<i64>,
    /// `normal` \[observed].
    #[serde(borrow, default, rename = "Type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<Text<'a>>,
}

/// End a task before its time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StopTask<'a> {
    /// The task \[observed].
    #[serde(borrow, rename = "TaskID")]
    pub task_id: Id<'a>,
    /// `Stop` \[observed].
    #[serde(borrow, rename = "Action")]
    pub action: Text<'a>,
}

/// Do not call a number of a task any more.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CancelCall<'a> {
    /// The task \[observed].
    #[serde(borrow, rename = "TaskID")]
    pub task_id: Id<'a>,
    /// The number \[observed].
    #[serde(borrow, rename = "CalleeNumber")]
    pub callee_number: Phone<'a>,
}

/// Which task?
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TaskDetails<'a> {
    /// The task \[documented].
    #[serde(borrow, rename = "TaskID")]
    pub task_id: Id<'a>,
}

/// The recording of one call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Recording<'a> {
    /// The task \[observed].
    #[serde(borrow, rename = "TaskID")]
    pub task_id: Id<'a>,
    /// The number that was called \[observed].
    #[serde(borrow, rename = "Callee")]
    pub callee: Phone<'a>,
}

/// The recordings of a task.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Recordings<'a> {
    /// The task \[observed].
    #[serde(borrow, rename = "TaskID")]
    pub task_id: Id<'a>,
}

impl<D> Validate for CreateTask<'_, D> {}
impl Validate for ListTasks<'_> {}
impl Validate for StopTask<'_> {}
impl Validate for CancelCall<'_> {}
impl Validate for TaskDetails<'_> {}
impl Validate for Recording<'_> {}
impl Validate for Recordings<'_> {}

received! {
    /// The new task.
    TaskId {
        /// The task's id \[assumed].
        #[serde(rename = "TaskID")]
        task_id: String,
    }
}

operations! {
    /// Create a task, which calls its contacts. Sending it twice calls them twice.
    operation {
        number: 7,
        name: "tasks.create",
        method: Post,
        path: "/service/cloud/task",
        auth: Token,
        envelope: Cloud,
        replay: Never,
        source: Documented,
        params: CreateTask<'_>,
        checked_as: CreateTask<'_, Each<TaskDetailCheck<'_>, UNLIMITED>>,
        result: TaskId,
    }

    /// List tasks. What comes back is not documented.
    operation {
        number: 8,
        name: "tasks.list",
        method: Get,
        path: "/service/cloud/list",
        auth: Token,
        envelope: Cloud,
        replay: Safe,
        source: Observed,
        params: ListTasks<'_>,
        checked_as: ListTasks<'_>,
        result: Value,
    }

    /// End a task before its time. What comes back is not documented.
    operation {
        number: 9,
        name: "tasks.stop",
        method: Post,
        path: "/service/cloud/operation",
        auth: Token,
        envelope: Cloud,
        replay: Safe,
        source: Observed,
        params: StopTask<'_>,
        checked_as: StopTask<'_>,
        result: Value,
    }

    /// Do not call a number of a task any more. What comes back is not documented.
    operation {
        number: 10,
        name: "tasks.cancel_call",
        method: Post,
        path: "/service/cloud/cancelphonecall",
        auth: Token,
        envelope: Cloud,
        replay: Safe,
        source: Observed,
        params: CancelCall<'_>,
        checked_as: CancelCall<'_>,
        result: Value,
    }

    /// The calls of a task, in the shape of the `details` of the event `call.finished`, as far as that is assumed.
    operation {
        number: 11,
        name: "tasks.detail",
        method: Get,
        path: "/service/cloud/detail",
        auth: Token,
        envelope: Cloud,
        replay: Safe,
        source: Documented,
        params: TaskDetails<'_>,
        checked_as: TaskDetails<'_>,
        result: Value,
    }

    /// The recording of one call: a file, or JSON that tells where it is. Which, is not documented.
    operation {
        number: 12,
        name: "tasks.recording",
        method: Get,
        path: "/service/cloud/case",
        auth: Token,
        envelope: Cloud,
        replay: Safe,
        source: Observed,
        params: Recording<'_>,
        checked_as: Recording<'_>,
        result: Value,
        file: true,
    }

    /// The recordings of a task: a zip file, or JSON that tells where it is. Which, is assumed.
    operation {
        number: 13,
        name: "tasks.recordings",
        method: Get,
        path: "/service/cloud/recording",
        auth: Token,
        envelope: Cloud,
        replay: Safe,
        source: Observed,
        params: Recordings<'_>,
        checked_as: Recordings<'_>,
        result: Value,
        file: true,
    }
}
