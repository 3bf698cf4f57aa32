/** Who must not be called, whatever the contacts say. */
import type { Detail } from "../generated/types.js";
import type { Campaign as Machine } from "../runtime/glue.js";
import { fault, type Owned } from "../runtime/native.js";
import { NotPossible, type ReadNumber } from "./numbers.js";
import { isIterable, type Screen, type Texts } from "./options.js";

/** So many entries are handed over at once. */
const CHUNK = 10_000;

/** Tells the machine whom it must not call, before it begins. */
export async function suppress(
  machine: Owned<Machine>,
  numbers: Texts | undefined,
  caseIds: Texts | undefined,
  read: ReadNumber | undefined,
): Promise<void> {
  await give("suppress", numbers, (lines) => {
    const all = read === undefined ? lines : readLines(lines, read);
    machine.use((campaign) => campaign.suppress(all));
  });
  await give("suppressCaseIds", caseIds, (lines) => machine.use((campaign) => campaign.suppressCaseIds(lines)));
}

/** Whether there is a function to ask before each upload. */
export function asks(...given: (Texts | Screen | undefined)[]): boolean {
  return given.some((one) => typeof one === "function");
}

/** What is named before the campaign begins. */
export function named(given: Texts | Screen | undefined): Texts | undefined {
  return typeof given === "function" ? undefined : given;
}

/** Asks the functions whom of an upload not to call, and tells the machine. */
export function screening(
  machine: Owned<Machine>,
  numbers: Texts | Screen | undefined,
  caseIds: Texts | Screen | undefined,
  read: ReadNumber | undefined,
): (contacts: string) => Promise<void> {
  const ask = async (given: Texts | Screen | undefined, contacts: string) =>
    typeof given === "function" ? await given(JSON.parse(contacts) as Detail[]) : undefined;
  return async (contacts) => {
    const [never, neverIds] = [await ask(numbers, contacts), await ask(caseIds, contacts)];
    await suppress(machine, never, neverIds, read);
    machine.use((campaign) => campaign.screened());
  };
}

/** The numbers of these lines as those of the contacts are read. */
function readLines(lines: string, read: ReadNumber): string {
  try {
    const given = lines.split("\n").filter((line) => line.trim() !== "");
    return given.map(read).join("\n");
  } catch (error) {
    throw error instanceof NotPossible
      ? fault(1001, `a number of suppress cannot be read: ${error.message}`, "/suppress")
      : error;
  }
}

async function give(name: string, entries: Texts | undefined, handOver: (lines: string) => void): Promise<void> {
  if (entries !== undefined && !isIterable(entries)) {
    throw fault(1001, `what ${name} gives is an iterable of texts`, `/${name}`);
  }
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
