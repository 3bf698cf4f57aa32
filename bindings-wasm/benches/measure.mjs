// Times of this library next to those of what people write by hand, in one run and by turns.
const ROUNDS = 15;
/** One measurement takes at least so many milliseconds, so that the clock and the scheduler do not matter. */
const LONG_ENOUGH = 8;

/** Prints one line of the report. */
export function emit(figures) {
  console.log(JSON.stringify({ language: "Node", ...figures }));
}

/** Prints a line for each peer: the median of the ratios of measurements next to each other, and both medians. */
export async function compare(work, about, ours, peers) {
  const runs = [ours, ...Object.values(peers)];
  const times = await repetitions(ours);
  for (const run of runs) {
    await each(run, times * 4); // warms up
  }
  const rounds = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const taken = [];
    for (const run of runs) {
      taken.push(await each(run, times));
    }
    rounds.push(taken);
  }
  for (const [index, peer] of Object.keys(peers).entries()) {
    const ratio = median(rounds.map((taken) => taken[index + 1] / taken[0]));
    const [own, theirs] = [0, index + 1].map((which) => median(rounds.map((taken) => taken[which])) * 1000);
    emit({ work, about, peer, ratio, ours_us: own, peer_us: theirs });
  }
}

/** Prints the time of one size. */
export async function grow(work, about, size, ours) {
  const times = await repetitions(ours);
  const taken = [];
  for (let round = 0; round < 5; round += 1) {
    taken.push(await each(ours, times));
  }
  emit({ work, about, size, ours_us: median(taken) * 1000 });
}

export function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

async function repetitions(run) {
  let times = 1;
  while ((await each(run, times)) * times < LONG_ENOUGH) {
    times *= 2;
  }
  return times;
}

/** The milliseconds of one of so many runs. */
async function each(run, times) {
  const began = performance.now();
  for (let index = 0; index < times; index += 1) {
    const result = run();
    if (result instanceof Promise) {
      await result;
    }
  }
  return (performance.now() - began) / times;
}
