import { untrack } from 'svelte';
import type { Reading } from '../reading.svelte';
import type { Room } from '../room.svelte';

/** The stream says when to read; this is for what ends by its time alone, and for what nobody tells. */
const AT_LEAST_MS = 60_000;

/** Reads now and whenever the stream tells of one of these kinds. Call it while the component is made. */
export function follow<T>(reading: Reading<T>, room: Room, ...kinds: readonly string[]): void {
  $effect(() => reading.every(AT_LEAST_MS));
  $effect(() => {
    if (room.board.news.of(...kinds) > 0) untrack(() => void reading.now());
  });
}
