/** Who must not be called, whatever the contacts say. */
import type { Campaign as Machine } from "../runtime/glue.js";
import { fault, type Owned } from "../runtime/native.js";

type Texts = Iterable<string> | AsyncIterable<string> | undefined;

/** So many entries are handed over at once. */
const CHUNK = 10_000;

/** Tells the machine whom it must not call, before it begins. */
export async function suppress(machine: Owned<Machine>, numbers: Texts, caseIds: Texts): Promise<void> {
  await give("suppress", numbers, (lines) => machine.use((campaign) => campaign.suppress(lines)));
  await give("suppressCaseIds", caseIds, (lines) => machine.use((campaign) => campaign.suppressCaseIds(lines)));
}

async function give(name: string, entries: Texts, handOver: (lines: string) => void): Promise<void> {
  let chunk: string[] = [];
  for await (const entry of entries ?? []) {
    if (typeof entry !== "string") {
      throw fault(1001, `${name} is an iterable of texts, and something else is among them`, `/${name}`);
    }
    if (chunk.push(entry) === CHUNK) {
      handOver(chunk.join("\n"));
      chunk = [];
    }
  }
  handOver(chunk.join("\n"));
}
