import { clock } from '../i18n/clock.svelte';
import { Frames } from './frames';
import { listen, type Ending, type StreamEvent } from './follower';
import { Once } from './once';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 3000;

/** What the line is told by its page. */
export interface LineOptions {
  doors(): readonly string[];
  unit?: string | undefined;
  /** `one`: a console follows one door and changes over. `all`: a tablet follows every door at once. */
  follow: 'one' | 'all';
  /** New events, in order, once a frame. */
  take(events: StreamEvent[]): void;
  /** A door does not know us any more. */
  signedOut(): void;
}

/**
 * The live line of one page. It never pretends: `live` is true only while a door beats, and `heardAt` says how old
 * what is shown is at worst.
 */
export class Line {
  /** A door beats. */
  live = $state(false);
  /** The door's time when something was last heard; null before the first time. */
  heardAt = $state<number | null>(null);
  /** Doors that beat now. */
  hearing = $state<readonly string[]>([]);

  private readonly once = new Once();
  private readonly frames: Frames<StreamEvent>;
  private stopping = new AbortController();

  constructor(private readonly options: LineOptions) {
    this.frames = new Frames((events) => options.take(events));
  }

  /** What is kept from an earlier run was complete up to `position`, and is as old as `heardAt`. */
  resume(position: number, heardAt: number): void {
    this.once.last = position;
    this.heardAt = heardAt;
  }

  /** The last position taken. */
  get position(): number | null {
    return this.once.last;
  }

  start(): void {
    this.stopping = new AbortController();
    const { signal } = this.stopping;
    if (this.options.follow === 'one') void this.changingOver(signal);
    else for (const door of this.options.doors()) void this.keeping(door, signal);
  }

  stop(): void {
    this.stopping.abort();
    this.hearing = [];
    this.live = false;
  }

  private async changingOver(signal: AbortSignal): Promise<void> {
    for (let turn = 0, failed = 0; !signal.aborted; turn++) {
      const doors = this.options.doors();
      const heard = await this.follow(doors[turn % doors.length] ?? location.origin, signal);
      failed = heard ? 0 : failed + 1;
      // The other door is asked at once; only when none answered does it pause.
      if (failed === 0 || failed >= doors.length) await pause(failed, signal);
    }
  }

  private async keeping(door: string, signal: AbortSignal): Promise<void> {
    for (let failed = 0; !signal.aborted;) {
      failed = (await this.follow(door, signal)) ? 0 : failed + 1;
      await pause(failed, signal);
    }
  }

  /** One connection, from its beginning to its end; true if anything was heard. */
  private async follow(door: string, signal: AbortSignal): Promise<boolean> {
    let heard = false;
    const take = (event: StreamEvent): void => {
      heard = true;
      this.hear(door, event);
    };
    const ending: Ending = await listen({ door, unit: this.options.unit, after: this.once.last, signal, take });
    this.hearing = this.hearing.filter((other) => other !== door);
    this.live = this.hearing.length > 0;
    if (ending === 'signed_out') this.options.signedOut();
    return heard;
  }

  private hear(door: string, event: StreamEvent): void {
    if (event.kind === 'heartbeat' && event.data.at !== undefined) clock.correct(event.data.at);
    this.heardAt = clock.exact();
    if (!this.hearing.includes(door)) this.hearing = [...this.hearing, door];
    this.live = true;
    if (this.once.isNew(event)) this.frames.add(event);
  }
}

function pause(failed: number, signal: AbortSignal): Promise<void> {
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failed);
  const ms = longest * (0.5 + Math.random() / 2);
  return new Promise((then) => {
    const timer = setTimeout(then, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), then()), { once: true });
    // The network is back: now, not in three seconds.
    addEventListener('online', () => (clearTimeout(timer), then()), { once: true, signal });
  });
}
