// A PostgreSQL and a Redis of the tests' own, on free ports of this machine.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdtempSync, openSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { Redis } from "ioredis";
import pg from "pg";

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

async function ready(child, ask) {
  for (let tries = 0; tries < 600; tries += 1) {
    try {
      return await ask();
    } catch {
      if (child.exitCode !== null) {
        throw new Error(`it ended: ${child.exitCode}`);
      }
      await setTimeout(50);
    }
  }
  throw new Error("it does not start");
}

/** A server that can be stopped. */
class Server {
  constructor(child, url, folder) {
    this.url = url;
    this.stop = async () => {
      child.kill("SIGKILL");
      await once(child, "exit");
      rmSync(folder, { recursive: true });
    };
  }
}

export async function startPostgres() {
  const folder = mkdtempSync(join(tmpdir(), "airudder-pg-"));
  const versions = readdirSync("/usr/lib/postgresql").sort((one, other) => Number(one) - Number(other));
  const programs = `/usr/lib/postgresql/${versions.at(-1)}/bin`;
  const options = { cwd: folder, stdio: "ignore" };
  if (process.getuid() === 0) {
    // The server refuses root.
    const [uid, gid] = ["-u", "-g"].map((which) => Number(execFileSync("id", [which, "postgres"])));
    chownSync(folder, uid, gid);
    Object.assign(options, { uid, gid });
  }
  const data = join(folder, "data");
  const init = ["--pgdata", data, "--username", "airudder", "--auth", "trust", "--no-locale", "--encoding", "UTF8"];
  execFileSync(join(programs, "initdb"), init, options);
  const port = await freePort();
  const url = `postgresql://airudder@127.0.0.1:${port}/postgres`;
  const given = ["-D", data, "-p", String(port), "-k", folder, "-c", "listen_addresses=127.0.0.1"];
  const child = spawn(join(programs, "postgres"), given, options);
  await ready(child, async () => {
    const client = new pg.Client(url);
    await client.connect();
    await client.end();
  });
  return new Server(child, url, folder);
}

export async function startRedis() {
  const folder = mkdtempSync(join(tmpdir(), "airudder-redis-"));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}/0`;
  const durable = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""];
  const given = ["--port", String(port), "--dir", folder, "--bind", "127.0.0.1", ...durable];
  const child = spawn("redis-server", given, { stdio: ["ignore", openSync(join(folder, "log"), "a"), "ignore"] });
  const client = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: null });
  client.on("error", () => {});
  await ready(child, async () => {
    await client.connect().catch(() => {});
    await client.ping();
  });
  client.disconnect();
  return new Server(child, url, folder);
}

/** A journal of this kind, and what ends its client. */
export async function journalOf(journals, kind, url, options) {
  if (kind === "pg") {
    const pool = new pg.Pool({ connectionString: url });
    pool.on("error", () => {});
    return [new journals.PostgresJournal(pool, options), () => pool.end()];
  }
  if (kind === "ioredis") {
    const client = new Redis(url);
    return [new journals.RedisJournal(client, options), () => client.disconnect()];
  }
  const { createClient } = await import("redis");
  const client = await createClient({ url }).connect();
  return [new journals.RedisJournal(client, options), () => client.destroy()];
}

/** Forgets all journals of a store. */
export async function clear(kind, url) {
  if (kind === "pg") {
    const client = new pg.Client(url);
    await client.connect();
    await client.query("DROP TABLE IF EXISTS airudder_journal, airudder_leases");
    await client.end();
    return;
  }
  const client = new Redis(url);
  await client.flushall();
  client.disconnect();
}
