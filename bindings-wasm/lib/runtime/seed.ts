/** Where the jitter of a call's delays begins. */
export function seed(): number {
  return Math.floor(Math.random() * Number.MAX_SAFE_INTEGER);
}
