/** The seed of the jitter of a call's delays. */
export function seed(): number {
  return Math.floor(Math.random() * Number.MAX_SAFE_INTEGER);
}
