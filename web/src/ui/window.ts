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

/** Rows that are compared to find out how the list has moved under the eye. */
const COMPARED = 16;

/**
 * Where to scroll so that what is under the eye stays there when rows come and go above it: by as much as most of the
 * rows in sight have moved, so that one row that goes elsewhere (it was just acknowledged) takes nobody with it.
 * At the very top the list stays there, because who watches the top wants to see what is new; unless `held`: the
 * pointer is over the list, and nothing may slip away under it.
 */
export function anchored(
  before: readonly string[],
  after: ReadonlyMap<string, number>,
  scrollTop: number,
  rowHeight: number,
  held = false,
): number {
  if (scrollTop <= 0 && !held) return 0;
  const top = Math.floor(scrollTop / rowHeight);
  const moved = before.slice(top, top + COMPARED).flatMap((key, at) => {
    const now = after.get(key);
    return now === undefined ? [] : [now - (top + at)];
  });
  return Math.max(0, scrollTop + mostFrequent(moved) * rowHeight);
}

/** How many rows came above what is in sight. */
export function cameAbove(
  before: ReadonlySet<string>,
  after: readonly string[],
  scrollTop: number,
  rowHeight: number,
): string[] {
  return after.slice(0, Math.floor(scrollTop / rowHeight)).filter((key) => !before.has(key));
}

/** Among equals the first: the row on top. */
function mostFrequent(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let found = 0;
  for (const [value, count] of counts) if (count > (counts.get(found) ?? 0)) found = value;
  return found;
}
