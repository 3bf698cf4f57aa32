//! The events of workflows.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    call::{self, CallFinished},
    chat::ChatMessage,
};
use crate::api::{event::events, received::received, shape::Shape};

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
        /// The kind of node.
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
        /// The customer's intention.
        intention: String,
        /// The number of rounds of the conversation.
        talk_round: i64,
        /// Values that the bot recognized.
        ner_slots: Map<String, Value>,
        /// Labels of what happened in the chat.
        event_label: Map<String, Value>,
        /// The contact's variables.
        variables: Map<String, Value>,
        /// The messages.
        messages: Vec<ChatMessage>,
    }
}

/// The push of a custom API node: what the workflow knows of a contact who has reached the node.
///
/// The vendor's page lists the contact's fields flat behind `callee`, which it calls an object; that they are in it is
/// assumed. So they are here at both places: look into `callee` first. [`contact`](Self::contact) does.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ApiNodePush {
    /// The workflow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow_id: Option<String>,
    /// The workflow's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow_name: Option<String>,
    /// The node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node_id: Option<String>,
    /// The node's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node_name: Option<String>,
    /// The contact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callee: Option<ApiNodeContact>,
    /// The contact's fields, where they stand beside `callee`.
    #[serde(flatten)]
    pub beside: ApiNodeContact,
}

received! {
    /// The contact of a push. Further fields, such as `extra_b`, are likely.
    ApiNodeContact {
        /// The contact's id as it was uploaded (`caseid`); may be empty.
        case_id: String,
        /// The contact's name.
        callee_name: String,
        /// The contact's gender.
        callee_gender: String,
        /// The contact's phone number.
        callee_number: String,
        /// The platform's name.
        platform_name: String,
        /// A value of your own.
        extra_a: String,
    }
}

events! {
    /// A call of a workflow ended: as `call.finished`, and told as it is, with `workflow_id`, `nodetask_id` and the contact's `case_id`.
    event {
        number: 2,
        name: "workflow.call.finished",
        signature: Undocumented,
        source: Documented,
        body: WorkflowCallFinished,
        recognize: call::is_call_of_workflow,
    }

    /// A contact has run through its list of nodes.
    ///
    /// Recognized by `rows`, with `callee_number` or `workflow_id` beside it or `nodetask_id` in it.
    event {
        number: 4,
        name: "workflow.list.finished",
        signature: Undocumented,
        source: Documented,
        body: WorkflowListFinished,
        recognize: |shape: &Shape<'_>| {
            shape.is_array("rows") && (shape.has_any(&["callee_number", "workflow_id"]) || has_nodes(shape, "rows"))
        },
    }

    /// A workflow's state changed.
    ///
    /// Recognized by `actions`, with `status` or `workflow_id` beside it or `nodetask_id` in it.
    event {
        number: 5,
        name: "workflow.status.changed",
        signature: Undocumented,
        source: Documented,
        body: WorkflowStatusChanged,
        recognize: |shape: &Shape<'_>| {
            shape.is_array("actions") && (shape.has_any(&["status", "workflow_id"]) || has_nodes(shape, "actions"))
        },
    }

    /// A chat of a workflow ended.
    ///
    /// Recognized by `waba_task_id` with a field of a session, or by `session_end_time` with a field of a workflow: other events
    /// of WhatsApp accounts and of chats exist, of which nothing is published.
    event {
        number: 6,
        name: "workflow.chatbot.session.ended",
        signature: Documented,
        source: Documented,
        body: ChatbotSessionEnded,
        recognize: |shape: &Shape<'_>| {
            shape.has("waba_task_id") && shape.has_any(&["session_end_time", "session_start_time", "session_end_reason"])
                || shape.has("session_end_time") && shape.has_any(&["workflow_id", "nodetask_id", "wfdetail_uuid"])
        },
    }

    /// A contact reached a custom API node of a workflow, which pushes what it knows of the contact. No signature is
    /// documented: `workflow.verify_api_node_push` tells whether the push is genuine.
    ///
    /// Recognized by `callee` being an object, or by `node_id` with `callee_number` beside it.
    event {
        number: 11,
        name: "workflow.api_node.push",
        signature: Undocumented,
        source: Documented,
        body: ApiNodePush,
        recognize: |shape: &Shape<'_>| {
            let fields = ["node_id", "node_name", "workflow_id", "workflow_name"];
            let contact_fields = ["callee_number", "case_id"];
            shape.is_object("callee") && (shape.has_any(&fields) || shape.object_has_any("callee", &contact_fields))
                || shape.has("node_id") && shape.has("callee_number")
        },
    }
}

/// Returns whether an array has nodes of a workflow.
fn has_nodes(shape: &Shape<'_>, field: &str) -> bool {
    shape.first_has_any(field, &["nodetask_id"])
}

impl ApiNodePush {
    /// A field of the contact's: what `callee` says, else what stands beside it.
    #[must_use]
    pub fn contact<'a>(&'a self, field: impl Fn(&'a ApiNodeContact) -> Option<&'a String>) -> Option<&'a str> {
        self.callee.as_ref().and_then(&field).or_else(|| field(&self.beside)).map(String::as_str)
    }
}
