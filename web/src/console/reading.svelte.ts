import type { Settled } from '../api/client';
import type { Problem } from '../api/problem';
import { clock } from '../i18n/clock.svelte';

/** Something read from a door, and read again: what was read stays until there is something newer. */
export class Reading<T> {
  value = $state.raw<T | null>(null);
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);
  /** When the value was read, by the door's clock. */
  at = $state<number | null>(null);
  private turn = 0;

  constructor(private readonly ask: () => Promise<Settled<T>>) {}

  /** Reads; an answer that is overtaken by a later question is dropped. */
  async now(): Promise<void> {
    const turn = ++this.turn;
    this.busy = true;
    const answer = await this.ask();
    if (turn !== this.turn) return;
    this.busy = false;
    this.problem = answer.ok ? null : answer.problem;
    if (!answer.ok) return;
    this.value = answer.value;
    this.at = clock.exact();
  }

  /** Reads now and every `ms` after an answer, until the returned function is called. */
  every(ms: number): () => void {
    let timer: ReturnType<typeof setTimeout>;
    let over = false;
    const turn = async (): Promise<void> => {
      await this.now();
      if (!over) timer = setTimeout(() => void turn(), ms);
    };
    void turn();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }
}
