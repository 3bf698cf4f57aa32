/** One campaign on many machines: each takes the contacts of its own partition. */
import type { Detail } from "../generated/types.js";
import { bytes } from "../runtime/bytes.js";
import type { Campaign as Machine } from "../runtime/glue.js";
import type { Journal, PartitionedJournal } from "../runtime/journal.js";
import { NotJson, tryWrite } from "../runtime/json.js";
import { enter, fault, type Owned } from "../runtime/native.js";
import { COUNT, checkedAs } from "../runtime/settings.js";

/**
 * The partition that a contact is in, from 0, of so many: the same in every language, whoever reads it. Contacts that are
 * the same to a campaign, or whose case ids differ in case or spaces alone, are in the same one. A contact that cannot be
 * read, or that is no JSON, is in partition 0.
 *
 * @example
 * partitionOf({ callee: "+6212345678", platform: "TEMP1", caseid: "c-1" }, 8); // 2
 */
export function partitionOf(contact: Detail, count: number): number {
  const partitions = checkedAs(count, "partition", COUNT);
  return enter((native) => native.partitionOf(written(contact), partitions));
}

function written(contact: Detail): string {
  try {
    return tryWrite(contact);
  } catch (thrown) {
    if (thrown instanceof NotJson) {
      return "";
    }
    throw thrown;
  }
}

/** Reads the head that all workers share, and gives the journal of this one. */
export async function partOf(machine: Owned<Machine>, journal: unknown, index: number): Promise<Journal> {
  if (!isPartitioned(journal)) {
    const why = "a campaign in partitions needs a journal that all its workers reach: one in a database";
    throw fault(1001, `${why}, of airudder/journals`, "/partition");
  }
  const head = await journal.head(machine.use((campaign) => campaign.head(Date.now())));
  machine.use((campaign) => campaign.resumeHead(bytes(head)));
  return journal.part(index);
}

function isPartitioned(journal: unknown): journal is PartitionedJournal {
  const { head, part } = Object(journal) as Partial<PartitionedJournal>;
  return typeof head === "function" && typeof part === "function";
}
