//! What happens in workflows.

use serde::{Deserialize, Serialize};

use super::call::CallFinished;
use crate::event::{Shape, events};

/// A call of a workflow ended: the fields of [`CallFinished`], and where in the workflow it was.
///
/// That the further fields exist is documented; whether they stand here or in each of `details` is not, so look in
/// `call.details[].extra`, too.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
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

events! {
    /// A call of a workflow ended: as `call.finished`, with `workflow_id`, `nodetask_id` and the contact's `case_id`.
    2 "workflow.call.finished" Undocumented Documented
    WorkflowCallFinished where |shape: &Shape<'_>| {
        shape.has("task_id") && shape.is_array("details") && shape.has_in_details("workflow_id")
    };
}
