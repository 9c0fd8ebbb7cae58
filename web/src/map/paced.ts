/**
 * Runs at once, then again at most every `ms`, with what was last wanted: two hundred cars that report at odd moments
 * make one drawing, not two hundred.
 */
export function paced(ms: number): { (run: () => void): void; stop(): void } {
  let waiting: (() => void) | null = null;
  let timer: ReturnType<typeof setTimeout> | null = null;
  const next = (): void => {
    timer = null;
    const run = waiting;
    waiting = null;
    if (run === null) return;
    timer = setTimeout(next, ms);
    run();
  };
  const want = (run: () => void): void => {
    waiting = run;
    if (timer === null) next();
  };
  want.stop = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = waiting = null;
  };
  return want;
}
