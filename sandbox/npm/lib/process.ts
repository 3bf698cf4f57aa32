/** The sandbox's process: finding the program, starting it, and stopping it. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import type { Socket } from "node:net";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { commandLine, environment, SandboxError, type SandboxSettings } from "./settings.js";

const READY = "listening on ";
/** To start takes some hundredths of a second; a program that says nothing for so long is another one. */
const PATIENCE_MS = 30_000;
/** A request that a fault delays holds the end up. */
const STOP_MS = 5_000;

/** The program: the one that `AIRUDDER_SANDBOX` names, or else that of the package for this platform. */
export function findProgram(): string {
  const named = process.env.AIRUDDER_SANDBOX;
  if (named) {
    return named;
  }
  const platform = `@airudder/sandbox-${process.platform}-${process.arch}`;
  try {
    return createRequire(import.meta.url).resolve(`${platform}/bin/airudder-sandbox`);
  } catch {
    throw new SandboxError(
      `the optional package ${platform} is not installed, or not made for this platform: ` +
        "install it, or name the program in the environment variable AIRUDDER_SANDBOX",
    );
  }
}

/** A running program, which ends with this one: it reads a pipe whose other end nobody else has. */
export class Program {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  #said = "";
  /** Where it listens. */
  url = "";

  private constructor(program: string, settings: SandboxSettings) {
    this.#child = spawn(program, ["--exit-with-stdin", ...commandLine(settings)], {
      env: environment(settings),
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#child.stdin.on("error", () => {}); // it has ended by itself
    this.#child.stderr.on("data", (chunk) => {
      this.#said = (this.#said + String(chunk)).slice(-4000);
    });
  }

  /** Starts it, and waits until it says where it listens. */
  static async start(settings: SandboxSettings): Promise<Program> {
    const program = findProgram();
    const started = new Program(program, settings);
    const child = started.#child;
    const impatience = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
    try {
      const [line] = await Promise.race([once(createInterface(child.stdout), "line"), once(child, "close")]);
      if (typeof line !== "string" || !line.startsWith(READY)) {
        child.kill("SIGKILL");
        throw new SandboxError(`${program} did not start: ${started.said || "it said nothing"}`);
      }
      started.url = line.slice(READY.length).trim();
    } catch (error) {
      if (error instanceof SandboxError) {
        throw error;
      }
      throw new SandboxError(`${program} cannot be started: ${(error as Error).message}`);
    } finally {
      clearTimeout(impatience);
    }
    started.#hold("unref"); // who forgets to stop it can still end
    return started;
  }

  /** True as long as it has not ended. */
  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** What it wrote to its standard error, at the end of which is why it ended. */
  get said(): string {
    return this.#said.trim();
  }

  /** Ends it, and waits until it has ended. */
  async stop(): Promise<void> {
    if (!this.isRunning) {
      return;
    }
    this.#hold("ref");
    const ended = once(this.#child, "close");
    const impatience = setTimeout(() => this.#child.kill("SIGKILL"), STOP_MS);
    this.#child.stdin.end();
    await ended;
    clearTimeout(impatience);
  }

  #hold(how: "ref" | "unref"): void {
    this.#child[how]();
    for (const pipe of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) {
      (pipe as Readable & Socket)[how]();
    }
  }
}
