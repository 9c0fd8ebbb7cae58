import { order as headerOf, settle } from '../api/client';
import type { Incident } from '../live/board.svelte';
import { acknowledge } from './orders.svelte';

/** Enough to be quick, few enough to leave the doors to the others. */
const AT_ONCE = 6;

/**
 * Acknowledges many alike, one order each: what was decided meanwhile by somebody else, or not taken by dispatch, is
 * left as it is and stays in the list. Those that come later are not among them.
 */
export class Sweep {
  total = $state(0);
  done = $state(0);
  /** Changed meanwhile, or not taken: still to be acknowledged. */
  left = $state(0);
  running = $state(false);
  private stopped = false;

  /** `because`: why nothing can be ordered now. */
  constructor(private readonly because: () => string | undefined) {}

  /** Goes through them, the longest waiting first; says how it ended. */
  async acknowledge(incidents: readonly Incident[]): Promise<void> {
    if (this.running) return;
    const waiting = incidents.filter((one) => one.acknowledged_at === null);
    [this.total, this.done, this.left, this.running, this.stopped] = [waiting.length, 0, 0, true, false];
    const hand = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = this.goesOn() ? waiting.shift() : undefined) {
        await this.one(next);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, hand));
    this.left = this.total - this.done;
    this.running = false;
  }

  /** What is on its way still arrives; nothing more is sent. */
  stop(): void {
    this.stopped = true;
  }

  private goesOn(): boolean {
    return !this.stopped && this.because() === undefined;
  }

  private async one(incident: Incident): Promise<void> {
    const { incident_id, revision } = incident;
    const given = acknowledge({ incident: incident_id, revision, name: '' });
    const params = { path: { incident_id }, header: headerOf(revision) };
    const answer = await settle(given.send(params));
    if (answer.ok) this.done += 1;
    else this.left += 1;
  }
}
