// `make memory`: a million calls and unwraps. The memory must be as large at the end as after the first tenth.
import { memory, run } from "./loop.mjs";

const TENTHS = 10;
const COUNT = 1_000_000;
const sizes = [];
for (let tenth = 1; tenth <= TENTHS; tenth += 1) {
  const began = performance.now();
  await run(COUNT / TENTHS);
  sizes.push(memory());
  const { module, heap } = sizes.at(-1);
  const each = (((performance.now() - began) * 1000) / (COUNT / TENTHS)).toFixed(0);
  const done = ((tenth * COUNT) / TENTHS).toLocaleString("en");
  console.log(`${done.padStart(9)} calls and unwraps, ${each} µs each; module ${module} bytes, heap ${heap} bytes`);
}
const grown = sizes.at(-1).module > sizes[0].module || sizes.at(-1).heap > sizes[0].heap * 1.1;
console.log(grown ? "the memory has grown" : "the memory is flat");
process.exitCode = grown ? 1 : 0;
