//! What happens in workflows.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{call::CallFinished, chat::ChatMessage};
use crate::{
    event::{Shape, events},
    received::received,
};

/// A call of a workflow ended: the fields of `call.finished`, and where in the workflow it was.
///
/// That the further fields exist is documented; whether they stand here or in each of `details` is not: look there, too.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct WorkflowCallFinished {
    /// The workflow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow_id: Option<String>,
    /// The workflow's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow_name: Option<String>,
    /// The node of the workflow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nodetask_id: Option<String>,
    /// The node's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nodetask_name: Option<String>,
    /// The contact's id as it was uploaded (`caseid`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case_id: Option<String>,
    /// The call.
    #[serde(flatten)]
    pub call: CallFinished,
}

received! {
    /// A contact has run through its list of nodes.
    WorkflowListFinished {
        /// The workflow.
        workflow_id: String,
        /// The workflow's name.
        workflow_name: String,
        /// The contact's id as it was uploaded (`caseid`).
        case_id: String,
        /// The contact's phone number.
        callee_number: String,
        /// The nodes.
        rows: Vec<WorkflowNode>,
    }

    /// A node of a workflow.
    WorkflowNode {
        /// The node.
        nodetask_id: String,
        /// The node's name.
        nodetask_name: String,
        /// What kind of node it is.
        node_type: String,
        /// The node's task, where it has one.
        task_id: String,
        /// The state of the node's task, where it has one.
        task_status: String,
    }

    /// A workflow's state changed.
    WorkflowStatusChanged {
        /// The workflow.
        workflow_id: String,
        /// The workflow's name.
        workflow_name: String,
        /// The new state.
        status: String,
        /// The workflow's nodes.
        actions: Vec<WorkflowNode>,
    }

    /// A chat of a workflow ended.
    ChatbotSessionEnded {
        /// The workflow.
        workflow_id: String,
        /// The workflow's name.
        workflow_name: String,
        /// The node.
        nodetask_id: String,
        /// The node's name.
        nodetask_name: String,
        /// The task of the WhatsApp business account.
        waba_task_id: String,
        /// The contact in the workflow.
        wfdetail_uuid: String,
        /// When it was reported, in Unix seconds.
        timestamp: i64,
        /// The channel, for instance `WhatsApp`.
        channel: String,
        /// The channel's id.
        channel_id: String,
        /// The customer's phone number with `+`.
        callee: String,
        /// The conversation's id.
        call_id: String,
        /// The bot.
        robot_id: String,
        /// The chat's state; `closed` was seen.
        status: String,
        /// When it began, in UTC: `2023-09-11T06:19:27Z`.
        session_start_time: String,
        /// When it ended, in UTC.
        session_end_time: String,
        /// Why it ended; `robot` was seen.
        session_end_reason: String,
        /// What the customer wants.
        intention: String,
        /// How many rounds the conversation had.
        talk_round: i64,
        /// Values that the bot recognised.
        ner_slots: Map<String, Value>,
        /// Labels of what happened in the chat.
        event_label: Map<String, Value>,
        /// The contact's variables.
        variables: Map<String, Value>,
        /// The messages.
        messages: Vec<ChatMessage>,
    }
}

events! {
    /// A call of a workflow ended: as `call.finished`, with `workflow_id`, `nodetask_id` and the contact's `case_id`.
    2 "workflow.call.finished" Undocumented Documented
    WorkflowCallFinished where |shape: &Shape<'_>| {
        shape.has("task_id") && shape.is_array("details") && shape.has_in_details("workflow_id")
    };

    /// A contact has run through its list of nodes.
    4 "workflow.list.finished" Undocumented Documented
    WorkflowListFinished where |shape: &Shape<'_>| {
        shape.is_array("rows") && shape.has("callee_number") && shape.has("workflow_id")
    };

    /// A workflow's state changed.
    5 "workflow.status.changed" Undocumented Documented
    WorkflowStatusChanged where |shape: &Shape<'_>| {
        shape.is_array("actions") && shape.has("status") && shape.has("workflow_id")
    };

    /// A chat of a workflow ended.
    6 "workflow.chatbot.session.ended" Documented Documented
    ChatbotSessionEnded where |shape: &Shape<'_>| shape.has("waba_task_id") && shape.has("session_end_time");
}
