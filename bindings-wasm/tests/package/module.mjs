import * as airudder from "airudder";
import { smoke } from "./smoke.mjs";

console.log(await smoke(airudder, process.argv[2]));
