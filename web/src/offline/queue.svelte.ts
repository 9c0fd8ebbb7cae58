import { ANSWER_WITHIN_MS, doors, throughDoors } from '../api/doors';
import { newKey } from '../api/keys';
import { problemOf, type Problem } from '../api/problem';
import { clock } from '../i18n/clock.svelte';
import { fateOf, laneOf, LANES, nextOf, type Entry, type Lane } from './entry';
import type { Shelf } from './shelf';

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 15_000;
/** Whoever calls for help is tried again soon. */
const LONGEST_URGENT_PAUSE_MS = 2000;
/** A photo on a thin line. */
const PICTURE_WITHIN_MS = 60_000;

/** What a page wants done. */
export type Wish = Pick<Entry, 'method' | 'path' | 'body' | 'about' | 'what'> &
  Pick<Partial<Entry>, 'trace' | 'urgent' | 'picture'>;
/** A door's answer: 0 where nobody answered. */
export interface Answer {
  status: number;
  body: unknown;
}
export type Send = (entry: Entry) => Promise<Answer>;

/** What the page is told. */
export interface QueueEvents {
  /** A door took it; `body` is what it said, for instance `applied: false` of a report that came too late. */
  answered(entry: Entry, answer: Answer): void | Promise<void>;
  refused(entry: Entry, problem: Problem): void;
  signedOut(): void;
}

/**
 * Sends what an officer did, in order, until a door has answered: through dead spots, restarts of the page and of
 * dispatch. An entry is on the shelf before anything is sent, and leaves it only when it was answered. Its time is the
 * tap's, its key the same for every attempt, so that the door does nothing twice.
 */
export class Queue {
  /** Everything unanswered of this account, oldest first. */
  entries = $state.raw<readonly Entry[]>([]);
  readonly waiting = $derived(this.entries.filter((entry) => entry.state === 'waiting'));
  private readonly pumping = new Map<Lane, Promise<void>>();
  private readonly failed = new Map<Lane, number>();
  private readonly timers = new Map<Lane, ReturnType<typeof setTimeout>>();
  private woken = 0;
  private closed = false;

  constructor(
    private readonly shelf: Shelf,
    private readonly account: string,
    private readonly events: QueueEvents,
    private readonly send: Send = sendEntry,
  ) {}

  /** Takes up what an earlier run left. */
  async open(): Promise<void> {
    const found = (await this.shelf.entries()).filter((entry) => entry.account === this.account);
    this.entries = found.sort((a, b) => a.number - b.number);
    this.wake();
  }

  /** Somebody else signs in here: what waits stays on the shelf for its own account. */
  close(): void {
    this.closed = true;
    for (const timer of this.timers.values()) clearTimeout(timer);
  }

  /** Returns once the wish is safe on the shelf; sending goes on by itself. */
  async add(wish: Wish): Promise<void> {
    const at = new Date(clock.exact()).toISOString();
    const number = Math.max(Date.now(), ...this.entries.map((entry) => entry.number + 1));
    // A picture's time stands in its address, anything else's in its body.
    const dated = `${wish.path}&taken_at=${encodeURIComponent(at)}`;
    const entry: Entry = {
      ...wish,
      path: wish.picture === undefined ? wish.path : dated,
      urgent: wish.urgent ?? false,
      body: { ...wish.body, at },
      key: newKey(),
      number,
      account: this.account,
      madeAt: at,
      state: 'waiting',
    };
    this.entries = [...this.entries, entry];
    await this.shelf.put(entry);
    void this.pump(laneOf(entry));
  }

  /** The line is back: now, not after the pause; and distress before the rest. */
  wake(): void {
    this.woken++;
    this.failed.clear();
    for (const lane of LANES) void this.pump(lane);
  }

  /** A refused one was read. */
  async dismiss(key: string): Promise<void> {
    await this.shelf.remove(key);
    this.entries = this.entries.filter((entry) => entry.key !== key);
  }

  private pump(lane: Lane): Promise<void> {
    const running = this.pumping.get(lane);
    if (running !== undefined) return running;
    const begun = Promise.resolve().then(() => this.run(lane));
    this.pumping.set(lane, begun);
    return begun;
  }

  private async run(lane: Lane): Promise<void> {
    clearTimeout(this.timers.get(lane));
    const next = (): Entry | undefined => nextOf(this.entries, this.account, lane);
    const urgent = (): Entry | undefined => nextOf(this.entries, this.account, 'urgent');
    for (let entry = next(); entry && !this.closed; entry = next()) {
      // A call for help that waits has its try before anything else goes.
      if (lane !== 'urgent' && urgent()) await this.pump('urgent');
      const { woken } = this;
      // Woken while this attempt ran into the void: again, not after the pause.
      if (!(await this.deliver(entry, lane)) && woken === this.woken) break;
    }
    this.pumping.delete(lane);
  }

  /** False if nothing more can be sent now. */
  private async deliver(entry: Entry, lane: Lane): Promise<boolean> {
    const answer = await this.send(entry);
    const fate = fateOf(answer.status, entry.urgent);
    if (fate === 'later' || fate === 'sign_in') {
      if (fate === 'sign_in') this.events.signedOut();
      this.again(lane);
      return false;
    }
    this.failed.delete(lane);
    if (fate === 'done') {
      // First what the officer must read of it: a page that is restarted here asks again, by the same key.
      try {
        await this.events.answered(entry, answer);
      } catch (error) {
        reportError(error); // a full disk: it was shown at least, and the next tap must go
      }
      await this.dismiss(entry.key);
      return true;
    }
    const problem = problemOf(answer.status, answer.body);
    const refused: Entry = {
      ...entry,
      state: 'refused',
      why: [problem.title, problem.detail].filter(Boolean).join(' — '),
    };
    await this.shelf.put(refused);
    this.entries = this.entries.map((one) => (one.key === entry.key ? refused : one));
    this.events.refused(refused, problem);
    return true;
  }

  private again(lane: Lane): void {
    if (this.closed) return;
    const failed = this.failed.get(lane) ?? 0;
    this.failed.set(lane, failed + 1);
    const longest = lane === 'urgent' ? LONGEST_URGENT_PAUSE_MS : LONGEST_PAUSE_MS;
    const pause = Math.min(longest, FIRST_PAUSE_MS * 2 ** failed);
    this.timers.set(
      lane,
      setTimeout(() => void this.pump(lane), pause),
    );
  }
}

/** Through whichever door answers. */
export async function sendEntry(entry: Entry): Promise<Answer> {
  const { picture } = entry;
  const headers = new Headers({
    'Content-Type': picture?.type ?? 'application/json',
    'Idempotency-Key': entry.key,
  });
  if (entry.trace !== undefined) headers.set('traceparent', entry.trace);
  const request = new Request(location.origin + entry.path, {
    method: entry.method,
    headers,
    body: picture ?? JSON.stringify(entry.body),
  });
  try {
    const answer = await throughDoors(request, doors, picture === undefined ? ANSWER_WITHIN_MS : PICTURE_WITHIN_MS);
    const body: unknown = await answer.json().catch(() => null);
    return { status: answer.status, body };
  } catch {
    return { status: 0, body: null };
  }
}

/** Calls for help that still wait are sent until a door has answered; one that has a call already answers as before. */
export async function sendCalls(shelf: Shelf, send: Send = sendEntry): Promise<void> {
  const calls = (await shelf.entries()).filter((entry) => entry.urgent && entry.state === 'waiting');
  await Promise.all(calls.map((call) => untilAnswered(call, send)));
}

async function untilAnswered(call: Entry, send: Send): Promise<void> {
  while ((await send(call)).status === 0) await new Promise((then) => setTimeout(then, FIRST_PAUSE_MS));
}
