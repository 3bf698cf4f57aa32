/** The journal of a campaign, while the campaign has it. */
import type { Journal } from "../runtime/journal.js";
import { fault } from "../runtime/native.js";
import { openJournal } from "../runtime/platform.js";
import { type CampaignOptions, isUrl } from "./options.js";
import { partitioned } from "./partition.js";

/** The objects that campaigns of this process have as journals: a file has its lock, an object has this. */
const IN_USE = new WeakSet<Journal>();

/** Throws where a request may outlive the turn of its worker: another one may have taken over by then. */
export function checkLease(journal: CampaignOptions["journal"], timeoutMs: number): void {
  const { leaseMs } = journal as Partial<Journal>;
  if (leaseMs !== undefined && timeoutMs > leaseMs / 3) {
    const why = `timeoutMs, ${timeoutMs}, is more than a third of the lease of the journal, ${leaseMs} ms`;
    throw fault(1001, `${why}: give the client a shorter timeoutMs, or the journal a longer lease`, "/timeoutMs");
  }
}

/** Opens the journal, and gives it with what closes it. */
export async function opened({
  journal,
  partition,
}: CampaignOptions): Promise<{ journal: Journal; close: () => Promise<void> }> {
  if (partition === undefined && (typeof journal === "string" || isUrl(journal))) {
    const file = await openJournal(journal);
    return { journal: file, close: () => file.close() };
  }
  const own = partition === undefined ? (journal as Journal) : partitioned(journal).part(partition[0]);
  if (IN_USE.has(own)) {
    throw fault(1018, "another campaign has this journal; give each campaign its own", "/journal");
  }
  IN_USE.add(own);
  return {
    journal: own,
    close: async () => {
      IN_USE.delete(own);
      await own.close?.();
    },
  };
}
