//! Workflows: the main job.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::{
    open_enum::open_enum,
    operation::operations,
    params::{AnyObject, Callee, CaseId, Each, EachText, Id, Phone, Platform, Text, Validate, ZonedTime},
    received::received,
};

/// The largest number of contacts in one workflow \[documented; that this is the total of the workflow is observed].
pub const MAX_DETAILS: usize = 10_000;

/// A new workflow from a template. Empty, it phones nobody.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateInstance<'a, D = Vec<Detail<'a>>> {
    /// The template's id \[documented].
    pub workflow_template_id: i64,
    /// The template's name \[documented].
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub workflow_template_name: Option<Text<'a>>,
    /// The new workflow's name \[documented].
    #[serde(borrow)]
    pub name: Text<'a>,
    /// \[documented], without saying how it differs from `name`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub workflow_name: Option<Text<'a>>,
    /// 2 where it is left out \[documented]; what the values mean is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_finish: Option<i64>,
    /// When the workflow ends \[documented], as `2099-12-01 18:00:00+08:00` \[form observed].
    #[serde(borrow)]
    pub end_time: ZonedTime<'a>,
    /// The first contacts \[observed].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(max = 10_000)))]
    pub details: Option<D>,
}

/// Contacts for a workflow that is neither finished nor cancelled.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct UploadDetails<'a, D = Vec<Detail<'a>>> {
    /// From `workflow.create_instance` \[documented].
    #[serde(borrow)]
    pub workflow_id: Id<'a>,
    /// At most 10 000 per workflow \[documented].
    #[cfg_attr(feature = "schema", schemars(length(max = 10_000)))]
    pub details: D,
}

/// One contact.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Detail<'a, V = BTreeMap<Text<'a>, Text<'a>>, P = Map<String, Value>> {
    /// The phone number with `+` and country code \[documented].
    #[serde(borrow)]
    pub callee: Callee<'a>,
    /// The platform's name, at most 40 characters, from the list that AI Rudder gives \[documented as required]. A public
    /// client leaves it out \[observed]; whether the service takes that is unknown. To leave it out, switch `strict` off.
    #[serde(borrow)]
    pub platform: Platform<'a>,
    /// The customer's own id of this contact \[documented]. Later it is called `case_id`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub caseid: Option<CaseId<'a>>,
    /// Variables of robot, SMS, WhatsApp and flow: texts, with any key \[documented].
    pub variables: V,
    /// Variables of the predictive dialer \[documented].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pds_variables: Option<P>,
}

/// A contact as it is checked: nothing of it is kept.
pub(crate) type DetailCheck<'a> = Detail<'a, EachText, AnyObject>;
type Details<'a> = Each<DetailCheck<'a>, MAX_DETAILS>;

/// Which workflows is a contact in?
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DetailInstances<'a> {
    /// The contact's id \[documented]. Give this or `callee`, or both \[assumed].
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub case_id: Option<Text<'a>>,
    /// The contact's phone number \[documented].
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub callee: Option<Phone<'a>>,
    /// From when on, with zone: `2023-09-01 00:00:00+08:00` \[documented].
    #[serde(borrow)]
    pub start_time: ZonedTime<'a>,
    /// Until when, with zone \[documented].
    #[serde(borrow)]
    pub end_time: ZonedTime<'a>,
}

/// Is the push of a custom API node genuine?
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VerifyApiNodePush<'a> {
    /// The workflow \[documented].
    #[serde(borrow)]
    pub workflow_id: Id<'a>,
    /// The node \[documented].
    #[serde(borrow)]
    pub node_id: Id<'a>,
    /// The contact's phone number \[documented].
    #[serde(borrow)]
    pub callee: Phone<'a>,
    /// The contact's id \[documented].
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub case_id: Option<Text<'a>>,
}

/// The calls of a workflow. The fields of the request are not published, so any object is taken.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct WorkflowTaskDetail {
    /// The fields, whatever they are.
    pub fields: Map<String, Value>,
}

impl Validate for VerifyApiNodePush<'_> {}
impl<D> Validate for CreateInstance<'_, D> {}
impl<D> Validate for UploadDetails<'_, D> {}
impl<V, P> Validate for Detail<'_, V, P> {}
impl Validate for DetailInstances<'_> {
    fn validate(&self) -> Result<(), &'static str> {
        match (&self.case_id, &self.callee) {
            (None, None) => Err("give `case_id` or `callee`, or both: there is nothing else to search by"),
            _ => Ok(()),
        }
    }
}

open_enum! {
    /// A workflow's status, as far as it has been seen.
    WorkflowStatus {
        /// Stopped before its end.
        Cancelled = "cancelled",
        /// All steps done.
        Finished = "finished",
    }
}

received! {
    /// The workflow that was created, or that took the contacts.
    WorkflowId {
        /// The workflow's id.
        workflow_id: String,
    }

    /// The workflows that a contact is in.
    DetailInstanceRows {
        /// One row a workflow.
        rows: Vec<DetailInstance>,
    }

    /// A workflow that a contact is in.
    DetailInstance {
        /// The workflow's id.
        workflow_id: String,
        /// The workflow's name.
        workflow_name: String,
        /// When it was created, in UTC: `2023-09-11T06:19:27Z`.
        create_time: String,
        /// The outcome.
        status: WorkflowStatus,
    }
}

operations! {
    /// Create a workflow from a template. Without `details` it is empty and phones nobody.
    operation {
        number: 2,
        name: "workflow.create_instance",
        method: Post,
        path: "/service/cloud/workflow/createinstance",
        auth: Token,
        envelope: Cloud,
        replay: Never,
        source: Documented,
        params: CreateInstance<'_>,
        checked_as: CreateInstance<'_, Details<'_>>,
        result: WorkflowId,
    }

    /// Add contacts to a workflow that is not finished or cancelled. If its end time is near, late contacts may not run
    /// through all its steps. Sending a contact twice may phone it twice: an upload is sent again only where no connection
    /// was made, or the API says that it did nothing: 429, a 503 with its own envelope or `Retry-After`, and, outside of
    /// campaigns, a 401 \[that these had no effect is assumed]. Else the outcome is unknown (E7005): look the contacts up
    /// first.
    operation {
        number: 3,
        name: "workflow.upload_details",
        method: Post,
        path: "/service/cloud/workflow/uploaddetails",
        auth: Token,
        envelope: Cloud,
        replay: Never(find out by "workflow.detail_instances"),
        source: Documented,
        params: UploadDetails<'_>,
        checked_as: UploadDetails<'_, Details<'_>>,
        result: WorkflowId,
    }

    /// Find the workflows in which a contact is.
    operation {
        number: 4,
        name: "workflow.detail_instances",
        method: Post,
        path: "/service/cloud/workflow/detailinstances",
        auth: Token,
        envelope: Cloud,
        replay: Safe,
        source: Documented,
        params: DetailInstances<'_>,
        checked_as: DetailInstances<'_>,
        result: DetailInstanceRows,
    }

    /// Ask whether the push of a custom API node is genuine: the event `workflow.api_node.push`, whose `callee_number` is
    /// assumed to be what is called `callee` here. What comes back is not documented.
    operation {
        number: 5,
        name: "workflow.verify_api_node_push",
        method: Post,
        path: "/service/cloud/workflow/apinoticeinfo",
        auth: Token,
        envelope: Cloud,
        replay: Safe,
        source: Documented,
        params: VerifyApiNodePush<'_>,
        checked_as: VerifyApiNodePush<'_>,
        result: Value,
    }

    /// The calls of a workflow, in the shape of the `details` of the event `call.finished` with the workflow's fields, as
    /// far as that is assumed. The fields of the request are not published: pass what AI Rudder tells you.
    operation {
        number: 6,
        name: "workflow.task_detail",
        method: Post,
        path: "/service/cloud/workflow/taskdetail",
        auth: Token,
        envelope: Cloud,
        replay: Safe,
        source: Documented,
        params: WorkflowTaskDetail,
        checked_as: AnyObject,
        result: Value,
    }
}
