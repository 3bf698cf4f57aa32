/** One campaign on many machines: each takes the contacts of its own partition. */
import type { Detail } from "../generated/types.js";
import { bytes } from "../runtime/bytes.js";
import type { Campaign as Machine } from "../runtime/glue.js";
import type { PartitionedJournal } from "../runtime/journal.js";
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
  const text = written(contact);
  return enter((native) => native.partitionOf(text, partitions));
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

/** Takes the head that all workers share, or writes it where there is none. */
export async function takeHead(machine: Owned<Machine>, journal: unknown): Promise<void> {
  const head = bytes(await partitioned(journal).head(machine.use((campaign) => campaign.head(Date.now()))));
  machine.use((campaign) => campaign.resumeHead(head));
}

/** The journal, which must be one that all workers share. */
export function partitioned(journal: unknown): PartitionedJournal {
  const { head, part } = Object(journal) as Partial<PartitionedJournal>;
  if (typeof head !== "function" || typeof part !== "function") {
    const why = "a campaign in partitions needs a journal that all its workers reach: one in a database";
    throw fault(1001, `${why}, of airudder/journals`, "/partition");
  }
  return journal as PartitionedJournal;
}
