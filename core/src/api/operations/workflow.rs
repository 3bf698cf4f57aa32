//! Workflows: the main job.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::{
    open_enum::open_enum,
    operation::operations,
    params::{Callee, CaseId, Checked, Id, Phone, Platform, Rule, Text, ZonedTime, params},
    received::received,
};

/// The largest number of contacts in one workflow \[documented; that this is the total of the workflow is observed].
pub const MAX_DETAILS: usize = 10_000;

params! {
    /// A new workflow from a template. Empty, it phones nobody.
    #[derive(Clone, Debug, Default, PartialEq)]
    CreateInstance<'a> {
        /// The template's id \[documented].
        workflow_template_id: i64,
        /// The template's name \[documented].
        workflow_template_name: Option<Text<'a>>,
        /// The new workflow's name \[documented].
        name: Text<'a>,
        /// \[documented], without saying how it differs from `name`.
        workflow_name: Option<Text<'a>>,
        /// 2 where it is left out \[documented]; what the values mean is unknown.
        auto_finish: Option<i64>,
        /// When the workflow ends \[documented], as `2099-12-01 18:00:00+08:00` \[form observed].
        end_time: ZonedTime<'a>,
        /// The first contacts \[observed].
        details at most MAX_DETAILS: Option<Vec<Detail<'a>>>,
    }

    /// Contacts for a workflow that is neither finished nor cancelled.
    #[derive(Clone, Debug, Default, PartialEq)]
    UploadDetails<'a> {
        /// From `workflow.create_instance` \[documented].
        workflow_id: Id<'a>,
        /// At most 10 000 per workflow \[documented].
        details at most MAX_DETAILS: Vec<Detail<'a>>,
    }

    /// One contact.
    #[derive(Clone, Debug, Default, PartialEq)]
    Detail<'a> {
        /// The phone number with `+` and country code \[documented].
        callee: Callee<'a>,
        /// The platform's name, at most 40 characters, from the list that AI Rudder gives \[documented as required]. A public
        /// client leaves it out \[observed]; whether the service takes that is unknown. To leave it out, switch `strict` off.
        platform: Platform<'a>,
        /// The customer's own id of this contact \[documented]. Later it is called `case_id`.
        caseid: Option<CaseId<'a>>,
        /// Variables of robot, SMS, WhatsApp and flow: texts, with any key \[documented].
        variables: BTreeMap<Text<'a>, Text<'a>>,
        /// Variables of the predictive dialer \[documented].
        pds_variables: Option<Map<String, Value>>,
    }
}

params! {
    /// Which workflows is a contact in?
    #[derive(Clone, Debug, Default, PartialEq)]
    DetailInstances<'a>
    any of ["case_id", "callee"] else "give `case_id` or `callee`, or both: there is nothing else to search by" {
        /// The contact's id \[documented]. Give this or `callee`, or both \[assumed].
        case_id: Option<Text<'a>>,
        /// The contact's phone number \[documented].
        callee: Option<Phone<'a>>,
        /// From when on, with zone: `2023-09-01 00:00:00+08:00` \[documented].
        start_time: ZonedTime<'a>,
        /// Until when, with zone \[documented].
        end_time: ZonedTime<'a>,
    }

    /// Is the push of a custom API node genuine?
    #[derive(Clone, Debug, Default, PartialEq)]
    VerifyApiNodePush<'a> {
        /// The workflow \[documented].
        workflow_id: Id<'a>,
        /// The node \[documented].
        node_id: Id<'a>,
        /// The contact's phone number \[documented].
        callee: Phone<'a>,
        /// The contact's id \[documented].
        case_id: Option<Text<'a>>,
    }
}

/// The calls of a workflow. The fields of the request are not published, so any object is taken.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct WorkflowTaskDetail {
    /// The fields, whatever they are.
    pub fields: Map<String, Value>,
}

impl Checked for WorkflowTaskDetail {
    const RULE: Rule = <Map<String, Value>>::RULE;
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
        result: Value,
    }
}
