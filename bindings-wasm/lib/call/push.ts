/** Verifies a push of data from a workflow. It has no signature, so the API is asked. */

import { Workflow } from "../generated/operations.js";
import { fault } from "../runtime/native.js";
import type { CallOptions, Json } from "./options.js";

const MISSING_FIELD = 1005;

/** An event `workflow.api_node.push`, or an object with its `data`. */
export interface Push {
  /** The content. */
  readonly data: object;
}

/** Workflows: the main job. */
export class VerifyingWorkflow extends Workflow {
  /**
   * Asks whether a push of data from an API node of a workflow is genuine: no signature is documented for it.
   *
   * `callee` of the request is the push's `callee_number` [assumed]; that and `case_id` are read in the push's
   * `callee`, else beside it. The API's answer is not published, and comes back as it is.
   *
   * @throws ValidationError (E1005) The push lacks a field that the question needs.
   */
  async verifyPush(event: Push, options?: CallOptions): Promise<Json> {
    const data = fieldsOf(event?.data);
    const callee = fieldsOf(data.callee);
    const caseId = stringOf(callee, "case_id") ?? stringOf(data, "case_id");
    const params = {
      workflow_id: stringOf(data, "workflow_id") ?? missing("workflow_id"),
      node_id: stringOf(data, "node_id") ?? missing("node_id"),
      callee: stringOf(callee, "callee_number") ?? stringOf(data, "callee_number") ?? missing("callee/callee_number"),
      ...(caseId !== undefined && { case_id: caseId }),
    };
    return this.verifyApiNodePush(params, options);
  }
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** A string that is not empty. */
function stringOf(fields: Record<string, unknown>, name: string): string | undefined {
  const value = fields[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

function missing(place: string): never {
  throw fault(MISSING_FIELD, `the push has no string at ${place}, which the question needs`, `/data/${place}`);
}
