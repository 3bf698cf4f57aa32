// Gateways that do what they should not, between clients and the sandbox: the matrix of tools/gateway/matrix.json.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { json } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { Agent, fetch as undiciFetch } from "undici-7";
import { authority } from "./certificates.mjs";
import { APP, airudder, root, Sandbox } from "./support.mjs";

const { AirudderError, Client, File } = airudder;

export const MATRIX = JSON.parse(readFileSync(new URL("tools/gateway/matrix.json", root), "utf8"));
/** The cells that this runtime has of its own. */
const OWN = MATRIX.hosts[["Deno", "Bun"].find((name) => name in globalThis)] ?? {};
const KEY = "fake-key-16bytes";
const MARKER = {
  case_id: "marker",
  start_time: "2020-01-01 00:00:00+08:00",
  end_time: "2099-12-01 00:00:00+08:00",
};
const CONTACT = { callee: "+6200012345678", platform: "TEMP1", variables: { customer_name: "Ana" } };
const WORKFLOW = { workflow_template_id: 7, name: "july", end_time: "2099-12-01 18:00:00+08:00" };
const TASK = {
  TaskName: "marker",
  ScheduleStartTime: "2020-01-01 08:00:00",
  ScheduleEndTime: "2099-01-01 20:00:00",
  Details: [{ Mobile: CONTACT.callee, Platform: "TEMP1" }],
};
const SETTLE_MS = 50;
/** The milliseconds within which something surely happened to an idle connection, on a busy machine, too. */
export const IDLE_MS = 200;
/** The seconds that nothing may take, with its time limits, repetitions and waits, on a busy machine. */
const LONGEST = 20;

/** The program that makes gateways. */
export class Gateways {
  static async start(upstream, ...more) {
    const options = { cwd: new URL("tools", root).pathname, stdio: ["pipe", "pipe", "inherit"] };
    const command = ["-m", "gateway", "--upstream", upstream, "--exit-with-stdin", ...more];
    const gateways = new Gateways();
    gateways.process = spawn("python3", command, options);
    const [line] = await once(createInterface(gateways.process.stdout), "line");
    gateways.url = line.replace("listening on ", "").trim();
    return gateways;
  }

  async open() {
    return (await control(this.url, "open", {})).url;
  }

  async stop() {
    this.process.stdin.end();
    await once(this.process, "exit");
  }
}

/** Tells a gateway something, over a connection of its own: those of `fetch` are what behaviors strike. */
export async function control(url, name, body) {
  const asked = request(`${url}/_gateway/${name}`, { method: "POST", agent: false });
  asked.end(JSON.stringify(body));
  const [response] = await once(asked, "response");
  return json(response);
}

/** The sandbox, gateways before it, and what it has before the tests: a contact, and a recording. */
class World {
  static async start(kind, certificate) {
    const world = new World();
    Object.assign(world, { kind, certificate });
    world.folder = mkdtempSync(join(tmpdir(), "airudder-"));
    world.sandbox = await Sandbox.start("--encryption-key", KEY);
    world.gateways = await Gateways.start(
      world.sandbox.url,
      ...(certificate ? ["--certificate", certificate.file] : []),
    );
    const client = new Client({ ...APP, baseUrl: world.sandbox.url });
    world.workflow = (await client.workflow.createInstance(WORKFLOW)).workflow_id;
    await client.workflow.uploadDetails({ workflow_id: world.workflow, details: [{ ...CONTACT, caseid: "marker" }] });
    const { TaskID } = await client.tasks.create(TASK);
    world.call = { TaskID, Callee: CONTACT.callee };
    world.recording = await recorded(client, world.call);
    return world;
  }

  /** How often the sandbox got each contact, by case id. */
  async uploaded() {
    const { contacts, total } = await this.sandbox.control("contacts?limit=10000");
    if (total > 10_000) throw new Error(`${total} contacts are more than are listed`);
    const counts = {};
    for (const { caseid } of contacts) counts[caseid] = (counts[caseid] ?? 0) + 1;
    return counts;
  }

  async stop() {
    await this.gateways.stop();
    await this.sandbox.stop();
    rmSync(this.folder, { recursive: true });
  }
}

async function recorded(client, call) {
  for (let tries = 0; tries < 600; tries += 1) {
    try {
      return Buffer.from(await (await client.tasks.recording(call)).bytes());
    } catch {
      await setTimeout(50);
    }
  }
  throw new Error("nobody was called");
}

/** What sends the requests of a client, and trusts the authority `ca`, where there is TLS. */
const TRANSPORTS = {
  fetch: () => ({ options: {}, close() {} }),
  undici: (ca) => {
    const dispatcher = new Agent({ connect: ca ? { ca } : {} });
    return { options: { fetch: undiciFetch, dispatcher }, close: () => dispatcher.destroy() };
  },
  // As docs/networks.md says it.
  "a client of Deno": (ca) => {
    const client = globalThis.Deno.createHttpClient({ caCerts: [ca] });
    const once = ({ body, ...init }) => ({ ...init, client, body: body && new Blob([body]).stream(), duplex: "half" });
    return { options: { fetch: (url, init) => fetch(url, once(init)) }, close: () => client.close() };
  },
};

/** The contacts of a cell, by case id: nobody else has them. */
function caseIds({ behavior, operation }) {
  const count = { upload: 1, campaign: 4 }[operation] ?? 0;
  return Array.from({ length: count }, (_, index) => `${behavior}/${operation}/${index}`);
}

let numbers = 10_000_000;
const contactsOf = (cell) =>
  cell.caseIds.map((caseid) => {
    numbers += 1;
    return { ...CONTACT, caseid, callee: `+62000${numbers}` };
  });

const look = async (client, world, options) => {
  const { rows } = await client.workflow.detailInstances(MARKER, options);
  return rows?.length === 1 && rows[0].workflow_id === world.workflow ? "accepted" : "altered";
};

const OPERATIONS = {
  read: (_cell, world, client) => look(client, world),
  read_once: (_cell, world, client) => look(client, world, { maxRetries: 0 }),
  token: (_cell, world, client) => look(client, world),
  async upload(cell, world, client) {
    const sent = { workflow_id: world.workflow, details: contactsOf(cell) };
    const { workflow_id } = await client.workflow.uploadDetails(sent);
    return workflow_id === world.workflow ? "accepted" : "altered";
  },
  campaign: runCampaign,
  async download(_cell, world, client) {
    const file = await client.tasks.recording(world.call);
    const bytes = file instanceof File ? Buffer.from(await file.bytes()) : undefined;
    return bytes?.equals(world.recording) ? "accepted" : "altered";
  },
};

/** Runs a campaign, again and again where it stops before its end, as its user would. */
async function runCampaign(cell, world, client) {
  const contacts = contactsOf(cell);
  const settings = { ...WORKFLOW, name: cell.behavior, batchSize: 2, settleMs: SETTLE_MS, contacts };
  let report;
  for (let runs = 0; runs < 3; runs += 1) {
    try {
      report = await client.campaigns.run({ ...settings, journal: join(world.folder, cell.behavior) });
    } catch (error) {
      report = error.report;
      if (report === undefined) throw error;
    }
    if (report.accepted === contacts.length) return "accepted";
  }
  return `${report.accepted} accepted, ${report.rejected.length} rejected, ${report.doubtful.length} doubtful`;
}

/** What a client says of an operation: an outcome, and the error's number. */
async function saying(operation) {
  try {
    return await operation();
  } catch (error) {
    if (!(error instanceof AirudderError)) return `bare ${error}`;
    const outcomes = { not_sent: "not sent", rejected: "refused", undefined: "no outcome" };
    return `${outcomes[error.outcome] ?? error.outcome} ${error.code}`;
  }
}

/** Lets the behavior strike, and notes what the client said, how long it took, and whether the next call is right. */
async function run(cell, world) {
  const gateway = await world.gateways.open();
  const url = world.certificate ? gateway.replace("http://127.0.0.1", "https://localhost") : gateway;
  const row = MATRIX.behaviors[cell.behavior];
  const { options, close } = TRANSPORTS[world.kind](world.certificate?.ca);
  const settings = { ...APP, ...options, baseUrl: url, timeoutMs: row.slow ? MATRIX.time_limit * 1000 : 30_000 };
  const client = new Client(row.sealed ? { ...settings, encryptionKey: KEY } : settings);
  if (cell.operation !== "token") await look(client, world, { timeoutMs: 30_000 });
  await control(gateway, "arm", { behavior: cell.behavior, path: MATRIX.operations[cell.operation] });
  if (cell.behavior.startsWith("idle-")) block(IDLE_MS);
  const begin = performance.now();
  cell.said = await saying(() => OPERATIONS[cell.operation](cell, world, client));
  cell.seconds = (performance.now() - begin) / 1000;
  cell.struck = (await control(gateway, "stats", {})).struck;
  if (cell.operation !== "token" || cell.said === "accepted") {
    const after = await saying(() => look(client, world));
    if (after !== "accepted") cell.said += `, and then: ${after}`;
  }
  await close();
}

/** Keeps the event loop from seeing what happens meanwhile, as a busy program does. */
export function block(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** What may be said in a cell; nothing where there is no such cell. */
export function allowedIn(behavior, operation) {
  const row = MATRIX.behaviors[behavior];
  const said = { ...MATRIX.groups[row.group], ...row, ...OWN[behavior] }[operation];
  return typeof said === "string" ? [said] : said;
}

/** What is wrong with a cell; nothing where all is as the matrix has it, and where nobody was sent twice or lost. */
function problems(cell, uploaded) {
  const allowed = allowedIn(cell.behavior, cell.operation);
  const isTrusted = MATRIX.behaviors[cell.behavior].trusted?.includes(cell.operation) ?? false;
  const counts = cell.caseIds.map((caseId) => uploaded[caseId] ?? 0);
  const hasIt = counts.some((count) => count > 0);
  const wrong = [];
  if (!allowed.includes(cell.said)) wrong.push(`it says "${cell.said}", and may say "${allowed.join('", "')}"`);
  if (!isTrusted && counts.some((count) => count > 1)) wrong.push(`it was sent twice: ${counts}`);
  if (cell.said === "accepted" && counts.includes(0)) wrong.push(`it was lost: ${counts}`);
  if (!isTrusted && hasIt && !/^(accepted|unknown|altered)/.test(cell.said)) {
    wrong.push(`the API has it, and it says "${cell.said}"`);
  }
  if (cell.struck === 0) wrong.push("the gateway did nothing");
  if (cell.seconds > LONGEST) wrong.push(`it took ${cell.seconds} seconds`);
  return wrong;
}

/** A certificate for gateways, made into this folder: the file that they take, and its authority, also as a file. */
export function certificateIn(folder) {
  const { sign, ca, path } = authority(folder, "gateways");
  const { key, cert } = sign("localhost");
  const file = join(folder, "server.pem");
  writeFileSync(file, `${key}${cert}`);
  return { file, ca: ca.toString(), authority: path };
}

/** Runs the whole matrix over this transport, over TLS where there is a certificate, eight cells at once; gives what is wrong, by behavior and operation. */
export async function runAll(kind, certificate, behaviors = Object.keys(MATRIX.behaviors)) {
  const every = behaviors.flatMap((behavior) =>
    Object.keys(MATRIX.operations).map((operation) => ({ behavior, operation })),
  );
  const cells = every.filter(({ behavior, operation }) => allowedIn(behavior, operation));
  for (const cell of cells) cell.caseIds = caseIds(cell);
  const isAlone = ({ behavior }) => MATRIX.behaviors[behavior].alone === true;
  const together = cells.filter((cell) => !isAlone(cell)).values();
  const world = await World.start(kind, certificate);
  try {
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (const cell of together) await run(cell, world);
      }),
    );
    for (const cell of cells.filter(isAlone)) await run(cell, world);
    const uploaded = await world.uploaded();
    const wrong = {};
    for (const cell of cells) {
      wrong[cell.behavior] ??= {};
      wrong[cell.behavior][cell.operation] = problems(cell, uploaded);
    }
    return wrong;
  } finally {
    await world.stop();
  }
}
