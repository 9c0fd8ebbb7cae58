/** Which rows of a long list are drawn, and where the list stands. Heights in pixels. */
export interface Window {
  first: number;
  /** Exclusive. */
  end: number;
}

const MORE = 4;

/** The rows in sight, and a few more on each side for quick scrolling. */
export function inSight(scrollTop: number, height: number, rowHeight: number, count: number): Window {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - MORE);
  const end = Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + MORE);
  return { first: Math.min(first, end), end };
}

/**
 * Where to scroll so that the row on top stays under the eye when rows come and go above it. At the very top the list
 * stays there: who watches the top wants to see what is new.
 */
export function anchored(
  before: readonly string[],
  after: ReadonlyMap<string, number>,
  scrollTop: number,
  rowHeight: number,
): number {
  if (scrollTop <= 0) return 0;
  const top = Math.floor(scrollTop / rowHeight);
  for (let at = top; at < before.length; at++) {
    const now = after.get(before[at] ?? '');
    // Rows that went away themselves give way to the next one.
    if (now !== undefined) return Math.max(0, scrollTop + (now - at) * rowHeight);
  }
  return scrollTop;
}
