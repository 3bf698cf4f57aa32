const airudder = require("airudder");
import("./smoke.mjs").then(async ({ smoke }) => console.log(await smoke(airudder, process.argv[2])));
