import { SvelteMap } from 'svelte/reactivity';

/**
 * How often the stream told of each kind of thing. Lists that the board does not hold (silences, closures, the roster)
 * are read again when their count grows.
 */
export class News {
  private readonly counts = new SvelteMap<string, number>();
  private resets = $state(0);

  /** Of these kinds together; grows also when everything must be read again. */
  of(...kinds: readonly string[]): number {
    return kinds.reduce((sum, kind) => sum + (this.counts.get(kind) ?? 0), this.resets);
  }

  told(kind: string): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
  }

  /** What was told while the line was down is not known. */
  everything(): void {
    this.resets += 1;
  }
}
