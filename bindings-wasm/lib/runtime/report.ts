/** The progress and the report of a campaign. */

/** The progress of a campaign. */
export interface Progress {
  /** Contacts read so far. */
  contacts: number;
  /** Contacts that the API has. */
  accepted: number;
  /** Contacts that were refused, by the checks or by the API. */
  rejected: number;
  /** Contacts of which nothing certain is known, for now or for good. */
  doubtful: number;
  /**
   * What the campaign does; of several things the first one of these: uploads, waits for an API that fails, looks contacts
   * up that are in doubt, is held up by its `rate` or `window`, reads contacts, waits before it looks them up for the last
   * time, or nothing more. There may be others in later versions.
   */
  phase: "uploading" | "waiting_for_api" | "looking_up" | "paused" | "reading" | "settling" | "ended" | (string & {});
  /** Until when it waits, in Unix milliseconds, while it is `settling`, `paused` or `waiting_for_api`. */
  untilMs?: number;
  /** All contacts, where their number is known: of an array, a set or a map. Not of one partition. */
  total?: number;
}

/** A contact that was refused, by the checks or by the API. */
export interface Rejected {
  /** Its position among the contacts, from 0. */
  contact: number;
  /** Its case id, if it has one that can be read. */
  caseId?: string;
  /** The error's number, for instance `E1007`. */
  code: string;
  /** JSON pointer to the bad field of the contact, for instance `/callee`. */
  pointer?: string;
  /** The reason; where the API refused its batch, also the number of its contacts that were looked up and not found. */
  message: string;
}

/** A contact of which it is not known whether the API has it. Only the next run of the campaign settles it. */
export interface DoubtfulContact {
  /** Its position among the contacts, from 0. */
  contact: number;
  /** Its case id, if it has one. */
  caseId?: string;
}

/** A workflow of a campaign. */
export interface Workflow {
  /** Its id; absent where it is not known whether it was created: it would be empty, and phones nobody. */
  workflowId?: string;
  /** Its name. */
  name: string;
  /** Contacts that it has, or may have. */
  contacts: number;
}

/** The report of a campaign. Each contact is counted once: accepted, rejected or doubtful. */
export interface Report {
  /** The number of contacts that the API has. */
  accepted: number;
  /** The contacts that were refused, in their order. */
  rejected: Rejected[];
  /** The contacts that stay doubtful, or were not looked up before the campaign stopped, in their order. */
  doubtful: DoubtfulContact[];
  /** The workflows, the possible orphans included. */
  workflows: Workflow[];
  /** The milliseconds by which the API's clock is ahead of this machine's, where they are more than an hour apart. */
  clockOffsetMs?: number;
}

/** What can be done with reports. */
export const Report = {
  /**
   * Makes one report of those of all partitions of a campaign. The positions of contacts are those that each worker gave
   * them: they tell contacts apart where all workers read the same contacts.
   */
  merge(reports: Iterable<Report>): Report {
    const all = [...reports];
    const offsets = all.flatMap(({ clockOffsetMs = 0 }) => clockOffsetMs || []);
    const [clockOffsetMs] = offsets.sort((one, other) => Math.abs(other) - Math.abs(one));
    return {
      accepted: all.reduce((sum, { accepted }) => sum + accepted, 0),
      rejected: all.flatMap(({ rejected }) => rejected).sort(byPlace),
      doubtful: all.flatMap(({ doubtful }) => doubtful).sort(byPlace),
      workflows: all.flatMap(({ workflows }) => workflows),
      ...(clockOffsetMs !== undefined && { clockOffsetMs }),
    };
  },

  /**
   * The contacts that were not accepted as the text of a CSV file, a row each, in their order. The columns are `contact`,
   * `state`, `caseId`, `code`, `pointer` and `message`.
   */
  toCsv({ rejected, doubtful }: Report): string {
    const rows = [
      ...rejected.map((one) => ({ ...one, state: "rejected" })),
      ...doubtful.map((one) => ({ ...one, state: "doubtful" })),
    ].sort(byPlace);
    const cells = rows.map((row: Partial<Record<string, string | number>>) => COLUMNS.map((name) => row[name] ?? ""));
    return [COLUMNS, ...cells].map((row) => `${row.map(quoted).join()}\r\n`).join("");
  },
};

const COLUMNS = ["contact", "state", "caseId", "code", "pointer", "message"];

function quoted(cell: string | number): string {
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function byPlace(one: { contact: number }, other: { contact: number }): number {
  return one.contact - other.contact;
}
