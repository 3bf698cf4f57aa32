//! Calls that ended.

use serde_json::{Map, Value};

use crate::api::{event::events, open_enum::open_enum, received::received, shape::Shape};

open_enum! {
    /// The state of a task.
    TaskStatus {
        /// Made, not yet started.
        Created = "created",
        /// Waiting for its time.
        Pending = "pending",
        /// All calls done.
        Finished = "finished",
        /// Calls are under way.
        Calling = "calling",
        /// Stopped before its end.
        Canceled = "canceled",
        /// Stopped for now.
        Paused = "paused",
    }
}

open_enum! {
    /// The outcome of a contact.
    CallResult {
        /// Not yet called.
        Created = "created",
        /// Waiting to be called.
        Pending = "pending",
        /// Called.
        Finished = "finished",
        /// Not called any more.
        Cancelled = "cancelled",
        /// The call failed.
        Failed = "failed",
    }
}

open_enum! {
    /// The side that ended a call.
    HangupType {
        /// The customer.
        ByCallee = "ByCallee",
        /// The bot.
        ByRobot = "ByRobot",
        /// Nobody: it was cancelled.
        Canceled = "Canceled",
    }
}

open_enum! {
    /// The telephone network's answer.
    RingType {
        /// The line is busy.
        Busy = "busy",
        /// The number cannot be used.
        CantUse = "cantuse",
        /// Its meaning is not documented.
        HoldLine = "holdline",
        /// The telephone is switched off.
        SwitchOff = "switchoff",
        /// Out of the network's area.
        OutOfArea = "outofarea",
        /// The number is not registered.
        Unregister = "unregister",
        /// There is no such number.
        WrongNumber = "wrongnum",
        /// Its meaning is not documented.
        NotMatch = "notmatch",
        /// It connected.
        Normal = "normal",
        /// No ring type, written as a text.
        Null = "null",
    }
}

received! {
    /// A call of a task ended: at once when it connected, else after the last redial.
    CallFinished {
        /// The task.
        task_id: String,
        /// The task's name.
        task_name: String,
        /// The task's state.
        status: TaskStatus,
        /// When the task was created, in the account's local time.
        created_at: String,
        /// The pause between redials; its unit is not documented.
        repeat_interval: i64,
        /// The number of redials.
        repeat_number: i64,
        /// The bot.
        robot_hash: String,
        /// The way to choose the bot; `single` was seen.
        robot_method: String,
        /// The line that calls.
        sip_line: String,
        /// From when on calls are made, in the account's local time.
        schedule_start_time: String,
        /// Until when calls are made, in the account's local time.
        schedule_end_time: String,
        /// The contacts whose calls ended.
        details: Vec<CallDetail>,
    }

    /// A contact and its call.
    CallDetail {
        /// The contact's number in the task.
        id: i64,
        /// The contact's phone number.
        callee: String,
        /// The outcome of the contact.
        result: CallResult,
        /// The call's label, for instance `A`.
        result_label: String,
        /// The customer's intention, in words.
        intention_description: String,
        /// The length of the conversation, in seconds.
        duration: i64,
        /// The side that hung up.
        hangup_type: HangupType,
        /// The network's answer.
        ring_type: RingType,
        /// Questions and answers of an information check.
        question_answer: Vec<QuestionAnswer>,
        /// Labels of what happened in the call.
        #[serde(rename = "EventLabel")]
        event_label: Map<String, Value>,
        /// Values that the bot took down.
        #[serde(rename = "Slots")]
        slots: Map<String, Value>,
        /// Values that the bot recognized.
        #[serde(rename = "NerSlots")]
        ner_slots: Map<String, Value>,
        /// The variables that were uploaded with the contact.
        variables: Map<String, Value>,
        /// The bot.
        robot_hash: String,
        /// The call's id.
        call_id: String,
        /// The number of calls to the contact.
        call_times: i64,
        /// When the call began, in the account's local time.
        call_start_time: String,
        /// When the call ended, in the account's local time.
        call_end_time: String,
        /// The time of ringing; the unit is not documented.
        ring_time: i64,
        /// The number of rounds of the conversation.
        talk_round: i64,
        /// Earlier tries. The vendor spells it so.
        redail_call: Vec<Redial>,
        /// The number that called.
        caller_number: String,
    }

    /// A question of an information check, and its answer.
    QuestionAnswer {
        /// The question's name.
        question_name: String,
        /// The answer as the bot took it down.
        answer: String,
        /// The answer in the customer's words.
        answer_text: String,
        /// The state of the question; `Completed` was seen.
        status: String,
        /// The part of the answer that was looked for.
        answer_text_slot: String,
        /// The variable that the answer is compared with.
        var: String,
        /// The result of comparing; `Match` and `-` were seen.
        verification_results: String,
        /// The question's text.
        question_content: String,
        /// `open` and `whether` were seen.
        question_type: String,
        /// `Answered` was seen.
        whether_answer: String,
    }

    /// An earlier try to reach a contact.
    Redial {
        /// The call's id.
        #[serde(rename = "CallID")]
        call_id: String,
        /// When the call began, in the account's local time.
        #[serde(rename = "CallStartTime")]
        call_start_time: String,
        /// The network's answer; may be empty.
        #[serde(rename = "RingType")]
        ring_type: RingType,
        /// The time of ringing; the unit is not documented.
        #[serde(rename = "RingTime")]
        ring_time: i64,
        /// The side that hung up.
        #[serde(rename = "HangupType")]
        hangup_type: HangupType,
        /// The call's label.
        #[serde(rename = "ResultLabel")]
        result_label: String,
        /// The number that called.
        caller_number: String,
        /// The number that was called.
        callee_number: String,
    }
}

/// Where in a workflow a call was. Any of these makes it a workflow's, in the event or in the first of its `details`: the
/// vendor does not say where it puts them.
const WORKFLOW_FIELDS: [&str; 4] = ["workflow_id", "nodetask_id", "workflow_name", "nodetask_name"];

/// Recognizes a finished call, of a task or of a workflow. `details` alone may belong to events of which nothing is
/// published, so one more field of a call must be there.
fn is_call(shape: &Shape<'_>) -> bool {
    let call_fields = ["callee", "result", "ring_type", "hangup_type"];
    shape.is_array("details") && (shape.has("task_id") || shape.first_has_any("details", &call_fields))
}

fn is_in_workflow(shape: &Shape<'_>) -> bool {
    shape.has_any(&WORKFLOW_FIELDS) || shape.first_has_any("details", &WORKFLOW_FIELDS)
}

pub(super) fn is_call_of_workflow(shape: &Shape<'_>) -> bool {
    is_call(shape) && is_in_workflow(shape)
}

events! {
    /// A call of a task ended. Sent once for each number: at once when it connected, else after the last redial.
    ///
    /// Recognized by `details`, with `task_id` beside it or with `callee`, `result`, `ring_type` or `hangup_type` in it.
    event {
        number: 1,
        name: "call.finished",
        signature: Undocumented,
        source: Documented,
        body: CallFinished,
        recognize: |shape: &Shape<'_>| is_call(shape) && !is_in_workflow(shape),
    }
}
