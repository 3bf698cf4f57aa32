/** The journal in Redis, by the caller's own client. Its keys are those of the package for Python, too. */
import { fault } from "../runtime/native.js";
import { type Holder, type JournalOptions, LeasedJournal, type Store } from "./leased.js";

/** What a journal needs of a client of node-redis, which has `sendCommand`, or of ioredis, which has `call`. */
export type RedisClient =
  | { sendCommand(command: string[]): Promise<unknown>; isOpen: boolean }
  | { call(command: string, ...rest: string[]): Promise<unknown> };

/** Settings of a journal in Redis. */
export interface RedisJournalOptions extends JournalOptions {
  /**
   * You vouch for it that what Redis confirms is never lost, for instance in a managed service that does not tell its
   * settings: false. Then they are not asked.
   */
  durable?: boolean | undefined;
}

/**
 * A journal in Redis, which may hold many, each under its name, for workers that share nothing else.
 *
 * Redis forgets on a crash what it has not flushed, and who was in it would be called again. So it must run with
 * `appendonly yes` and `appendfsync always`: this is asked when a campaign begins, and refused otherwise. The client stays
 * yours.
 */
export class RedisJournal extends LeasedJournal {
  constructor(client: RedisClient, options: RedisJournalOptions) {
    const { call, sendCommand } = Object(client) as Record<string, unknown>;
    if (typeof call !== "function" && typeof sendCommand !== "function") {
      throw fault(1001, "a RedisJournal needs a client of redis or ioredis", "/journal");
    }
    super((name) => new RedisStore(client, name, options.durable === true), "Redis", options);
  }
}

const NOW = "local t = redis.call('TIME') local now = t[1] * 1000 + math.floor(t[2] / 1000) ";
const OWN = "if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return 0 end ";
const TAKE = `${NOW}
local ends = tonumber(redis.call('HGET', KEYS[1], 'until') or '0')
if ends > now then return {0, redis.call('HGET', KEYS[1], 'holder'), ends, ends - now} end
redis.call('HSET', KEYS[1], 'holder', ARGV[1], 'until', now + ARGV[2])
return {redis.call('HINCRBY', KEYS[1], 'epoch', 1)}
`;
const RENEW = `${NOW}${OWN}redis.call('HSET', KEYS[1], 'until', now + ARGV[2]) return 1`;
const GIVE_BACK = `${OWN}redis.call('HSET', KEYS[1], 'until', 0) return 1`;
const APPEND = `${NOW}${OWN}
if tonumber(redis.call('HGET', KEYS[1], 'size') or '0') ~= tonumber(ARGV[3]) then return 0 end
redis.call('RPUSH', KEYS[2], ARGV[4])
redis.call('HSET', KEYS[1], 'size', ARGV[3] + #ARGV[4], 'until', now + ARGV[2])
return 1
`;
const HEAD = `
if redis.call('EXISTS', KEYS[2]) == 0 then
    redis.call('RPUSH', KEYS[2], ARGV[1])
    redis.call('HSET', KEYS[1], 'size', #ARGV[1])
end
return redis.call('LINDEX', KEYS[2], 0)
`;

class RedisStore implements Store {
  readonly #client: RedisClient;
  readonly #keys: [string, string];
  readonly #isDurable: boolean;

  constructor(client: RedisClient, name: string, isDurable: boolean) {
    this.#client = client;
    // The braces keep both keys on one node of a cluster.
    this.#keys = [`airudder:{${name}}:lease`, `airudder:{${name}}:lines`];
    this.#isDurable = isDurable;
  }

  async prepare(): Promise<void> {
    if (this.#isDurable) {
      return;
    }
    const fix =
      "set `appendonly yes` and `appendfsync always`, or give `durable` where it loses nothing by other means";
    let told: unknown;
    try {
      told = await this.#send("CONFIG", "GET", "append*");
    } catch (error) {
      if (/NOPERM|unknown command/.test(String(error))) {
        throw fault(1001, `Redis does not tell whether it keeps what it confirms: ${fix}`, "/journal");
      }
      throw error;
    }
    const list = Array.isArray(told) ? told.map(String) : Object.entries(Object(told)).flat().map(String);
    const setting = (name: string) => list[list.indexOf(name) + 1];
    if (setting("appendonly") !== "yes" || setting("appendfsync") !== "always") {
      throw fault(1001, `this Redis may forget what it confirmed when it crashes: ${fix}`, "/journal");
    }
  }

  async take(holder: string, leaseMs: number): Promise<number | Holder> {
    const [epoch, other, untilMs, leftMs] = (await this.#run(TAKE, holder, leaseMs)) as unknown[];
    return other === undefined
      ? Number(epoch)
      : { holder: String(other), untilMs: Number(untilMs), leftMs: Number(leftMs) };
  }

  async renew(epoch: number, leaseMs: number): Promise<boolean> {
    return Number(await this.#run(RENEW, epoch, leaseMs)) === 1;
  }

  async giveBack(epoch: number): Promise<void> {
    await this.#run(GIVE_BACK, epoch);
  }

  async lines(): Promise<string[]> {
    return ((await this.#send("LRANGE", this.#keys[1], "0", "-1")) as unknown[]).map(String);
  }

  async append(epoch: number, leaseMs: number, at: number, lines: string): Promise<boolean> {
    return Number(await this.#run(APPEND, epoch, leaseMs, at, lines)) === 1;
  }

  async head(line: string): Promise<string> {
    return String(await this.#run(HEAD, line));
  }

  #run(script: string, ...values: (string | number)[]): Promise<unknown> {
    return this.#send("EVAL", script, "2", ...this.#keys, ...values.map(String));
  }

  #send(command: string, ...rest: string[]): Promise<unknown> {
    return "sendCommand" in this.#client && "isOpen" in this.#client
      ? this.#client.sendCommand([command, ...rest])
      : (this.#client as { call(command: string, ...rest: string[]): Promise<unknown> }).call(command, ...rest);
  }
}
