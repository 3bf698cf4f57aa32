//! Catalogs of one's own: their files, checks, requests and events.

use airudder_core::{Catalog, Error};
use serde_json::{Value, json};

mod calls;
mod chance;
mod file;
mod params;

fn extend(file: &Value) -> Result<Catalog, Error> {
    Catalog::extend(&file.to_string())
}

fn of_params(params: &Value) -> Catalog {
    let row = json!({"name": "plans.create", "method": "POST", "path": "/service/plans", "params": params});
    extend(&json!({"airudder_catalog": 1, "operations": [row]})).unwrap()
}

fn vendor() -> Value {
    json!({
        "airudder_catalog": 1,
        "operations": [
            {
                "name": "plans.run", "method": "POST", "path": "/service/plans/{plan_id}/runs", "query": ["dry_run"],
                "find_out": "plans.list", "docs": "Runs a plan.",
                "params": {
                    "properties": {
                        "plan_id": {"type": "string"}, "dry_run": {"type": "boolean"}, "limit": {"type": "number"},
                        "note": {"type": "string"}
                    },
                    "required": ["plan_id"]
                },
                "result": {"$ref": "#/$defs/Run"}
            },
            {
                "name": "plans.list", "method": "GET", "path": "/api/v1/plans", "replay": "safe",
                "params": {"properties": {"page": {"type": "integer"}, "name": {"type": "string"}}}
            },
            {
                "name": "plans.drop", "method": "DELETE", "path": "/service/sms/plans/{plan_id}", "envelope": "process",
                "auth": "sign",
                "params": {"properties": {"plan_id": {"$ref": "#/$defs/Id"}}, "required": ["plan_id"]}
            }
        ],
        "events": [
            {"name": "plan.finished", "when": {"/event": "plan.finished"}, "body": {"$ref": "#/$defs/Run"}},
            {"name": "plan.step", "when": {"/plan/step": true, "/kind": 7}}
        ],
        "$defs": {
            "Id": {"type": ["string", "integer"]},
            "Run": {
                "type": "object", "required": ["run_id"],
                "properties": {"run_id": {"type": "string"}, "next": {"$ref": "#/$defs/Run"}}
            }
        }
    })
}
