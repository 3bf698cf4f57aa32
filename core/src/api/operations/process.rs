//! Process instances. The host of this service is not public: give `base_url` with the call or in the configuration.

use crate::api::{
    operation::operations,
    params::{Text, params},
    received::received,
};

params! {
    /// Which nodes of a process instance have been read?
    #[derive(Clone, Debug, Default, PartialEq)]
    QueryTaskQian<'a> {
        /// Version and trace id.
        header: ProcessHeader<'a>,
        /// The query.
        payload: ProcessPayload<'a>,
    }

    /// Version and trace id of a process request.
    #[derive(Clone, Debug, Default, PartialEq)]
    ProcessHeader<'a> {
        /// The payload's version \[documented]; the example has 0.
        payload_version as "payloadVersion": i64,
        /// An id that comes back in the response \[documented].
        trace_id as "traceId": Text<'a>,
    }

    /// The process instance and the task asked for.
    #[derive(Clone, Debug, Default, PartialEq)]
    ProcessPayload<'a> {
        /// The process instance's id \[documented].
        proc_inst_id as "procInstId": Text<'a>,
        /// The task's key \[documented].
        task_key as "taskKey": Text<'a>,
    }
}

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
        result: ReadNodes,
    }
}
