/** The entry for Node, Bun and Deno; `node.mjs` is its twin. */
import * as childProcess from "node:child_process";
import * as crypto from "node:crypto";
import * as diagnostics from "node:diagnostics_channel";
import * as fs from "node:fs/promises";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import * as timers from "node:timers";
import * as url from "node:url";
import * as util from "node:util";
import { runsOnNode } from "./node/start.js";
import "./receive/inline.js";
import "./runtime/inline.js";

runsOnNode({ childProcess, crypto, diagnostics, fs, net, os, path, timers, url, util });

export * from "./library.js";
