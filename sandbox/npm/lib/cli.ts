#!/usr/bin/env node
/** `npx airudder-sandbox`: the program itself. */
import { spawnSync } from "node:child_process";
import { findProgram } from "./process.js";

const { status } = spawnSync(findProgram(), process.argv.slice(2), { stdio: "inherit" });
process.exitCode = status ?? 1;
