/** Hands contacts to a campaign's machine. */
import type { Detail } from "../generated/types.js";
import type { Campaign as Machine } from "../runtime/glue.js";
import { NotJson, tryWrite } from "../runtime/json.js";
import type { Owned } from "../runtime/native.js";
import { NotPossible, type ReadNumber, withNumber } from "./numbers.js";

/** Hands over contacts. One that is no JSON keeps its place among them, and is reported as rejected. */
export function feed(machine: Owned<Machine>, contacts: readonly Detail[], read: ReadNumber | undefined): void {
  let written: string[] = [];
  const handOver = () => {
    machine.use((native) => native.feed(`[${written.join(",")}]`));
    written = [];
  };
  for (const contact of contacts) {
    try {
      written.push(tryWrite(read === undefined ? contact : withNumber(contact, read)));
    } catch (thrown) {
      if (thrown instanceof NotPossible) {
        const { caseid } = contact as { caseid?: unknown };
        const caseId = typeof caseid === "string" ? caseid : "";
        handOver();
        machine.use((native) => native.refuseContact(1007, `callee: ${thrown.message}`, "/callee", caseId));
      } else if (thrown instanceof NotJson) {
        handOver();
        machine.use((native) => native.refuseContact(thrown.number, thrown.message, thrown.pointer, ""));
      } else {
        throw thrown;
      }
    }
  }
  handOver();
}
