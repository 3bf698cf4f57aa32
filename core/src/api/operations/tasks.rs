//! Tasks: calls to a list of numbers by one bot.
//!
//! Of most of these operations only method and purpose are documented; the rest was seen in a public client.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::{
    operation::operations,
    params::{Callee, Checked, Id, LocalTime, Object, Phone, Platform, Rule, Text, field, params},
    received::received,
};

params! {
    /// A new task. Which fields are required is not documented; those are that no call could do without.
    #[derive(Clone, Debug, Default, PartialEq)]
    CreateTask<'a> {
        /// The task's name \[documented].
        task_name as "TaskName": Text<'a>,
        /// From when on calls are made, in the account's local time: `2020-09-15 11:14:37` \[documented].
        schedule_start_time as "ScheduleStartTime": LocalTime<'a>,
        /// Until when calls are made, in the account's local time \[documented].
        schedule_end_time as "ScheduleEndTime": LocalTime<'a>,
        /// The bot that calls \[documented].
        robot_id as "RobotID": Option<Id<'a>>,
        /// The way to choose the bot: `single`, `group` \[observed].
        robot_method as "RobotMethod": Option<Text<'a>>,
        /// The line that calls \[documented].
        sip_line as "SIPLine": Option<Text<'a>>,
        /// The pause between redials \[documented]; its unit is not.
        repeat_interval as "RepeatInterval": Option<i64>,
        /// The number of redials \[documented].
        repeat_number as "RepeatNumber": Option<i64>,
        /// `normal` in the example \[documented].
        kind as "Type": Option<Text<'a>>,
        /// The contacts \[documented].
        details as "Details": Vec<TaskDetail<'a>>,
    }
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

impl Checked for TaskDetail<'_> {
    const RULE: Rule = Rule::Object(&Object {
        fields: &[field::<Callee<'_>>("Mobile"), field::<Platform<'_>>("Platform"), field::<Option<Id<'_>>>("RobotID")],
        open: true,
        any_of: None,
    });
}

params! {
    /// A page of tasks.
    #[derive(Clone, Debug, Default, PartialEq)]
    ListTasks<'a> {
        /// The number of tasks on a page \[observed].
        number as "Number": Option<i64>,
        /// Which page \[observed]; whether the first is 0 or 1 is not known.
        page as "Page": Option<i64>,
        /// `normal` \[observed].
        kind as "Type": Option<Text<'a>>,
    }

    /// End a task before its time.
    #[derive(Clone, Debug, Default, PartialEq)]
    StopTask<'a> {
        /// The task \[observed].
        task_id as "TaskID": Id<'a>,
        /// `Stop` \[observed].
        action as "Action": Text<'a>,
    }

    /// Do not call a number of a task any more.
    #[derive(Clone, Debug, Default, PartialEq)]
    CancelCall<'a> {
        /// The task \[observed].
        task_id as "TaskID": Id<'a>,
        /// The number \[observed].
        callee_number as "CalleeNumber": Phone<'a>,
    }

    /// Which task?
    #[derive(Clone, Debug, Default, PartialEq)]
    TaskDetails<'a> {
        /// The task \[documented].
        task_id as "TaskID": Id<'a>,
    }

    /// The recording of one call.
    #[derive(Clone, Debug, Default, PartialEq)]
    Recording<'a> {
        /// The task \[observed].
        task_id as "TaskID": Id<'a>,
        /// The number that was called \[observed].
        callee as "Callee": Phone<'a>,
    }

    /// The recordings of a task.
    #[derive(Clone, Debug, Default, PartialEq)]
    Recordings<'a> {
        /// The task \[observed].
        task_id as "TaskID": Id<'a>,
    }
}

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
        result: Value,
        file: true,
    }
}
