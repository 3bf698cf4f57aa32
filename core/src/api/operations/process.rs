//! Process instances. The host of this service is not public: give `base_url` with the call or in the configuration.

use serde::{Deserialize, Serialize};

use crate::api::{
    operation::operations,
    params::{Text, Validate, object},
    received::received,
};

/// Which nodes of a process instance have been read?
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct QueryTaskQian<'a> {
    /// Version and trace id.
    #[serde(borrow, deserialize_with = "object")]
    pub header: ProcessHeader<'a>,
    /// The query.
    #[serde(borrow, deserialize_with = "object")]
    pub payload: ProcessPayload<'a>,
}

/// Version and trace id of a process request.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ProcessHeader<'a> {
    /// The payload's version \[documented]; the example has 0.
    pub payload_version: i64,
    /// An id that comes back in the response \[documented].
    #[serde(borrow)]
    pub trace_id: Text<'a>,
}

/// The process instance and the task asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ProcessPayload<'a> {
    /// The process instance's id \[documented].
    #[serde(borrow)]
    pub proc_inst_id: Text<'a>,
    /// The task's key \[documented].
    #[serde(borrow)]
    pub task_key: Text<'a>,
}

impl Validate for QueryTaskQian<'_> {}

received! {
    /// The nodes that have been read and those that have not.
    ReadNodes {
        /// Nodes that have been read.
        read: Vec<String>,
        /// Nodes that have not been read.
        #[serde(rename = "unRead")]
        unread: Vec<String>,
    }
}

operations! {
    /// Which nodes of a process instance have been read. Optional header fields `tenantId` and `token` are given with
    /// the call.
    operation {
        number: 18,
        name: "process.query_task_qian",
        method: Post,
        path: "/api/v1/process/queryTaskQian",
        auth: CallerHeaders,
        envelope: Process,
        replay: Safe,
        source: Documented,
        params: QueryTaskQian<'_>,
        checked_as: QueryTaskQian<'_>,
        result: ReadNodes,
    }
}
