import { throughDoors } from '../api/doors';
import { newKey } from '../api/keys';
import { problemOf, type Problem } from '../api/problem';
import { clock } from '../i18n/clock.svelte';
import { fateOf, nextOf, type Entry } from './entry';
import type { Shelf } from './shelf';

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 15_000;

/** What a page wants done. */
export type Wish = Pick<Entry, 'method' | 'path' | 'body' | 'about' | 'what'> & { urgent?: boolean };
/** A door's answer: 0 where nobody answered. */
export interface Answer {
  status: number;
  body: unknown;
}
export type Send = (entry: Entry) => Promise<Answer>;

/** What the page is told. */
export interface QueueEvents {
  /** A door took it; `body` is what it said, for instance `applied: false` of a report that came too late. */
  answered(entry: Entry, answer: Answer): void;
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
  private pumping = false;
  private failed = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

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
    void this.pump();
  }

  /** Returns once the wish is safe on the shelf; sending goes on by itself. */
  async add(wish: Wish): Promise<void> {
    const at = new Date(clock.exact()).toISOString();
    const number = Math.max(Date.now(), ...this.entries.map((entry) => entry.number + 1));
    const body = { ...wish.body, at };
    const entry: Entry = {
      ...wish,
      urgent: wish.urgent ?? false,
      body,
      key: newKey(),
      number,
      account: this.account,
      madeAt: at,
      state: 'waiting',
    };
    this.entries = [...this.entries, entry];
    await this.shelf.put(entry);
    void this.pump();
  }

  /** The line is back: now, not after the pause. */
  wake(): void {
    this.failed = 0;
    void this.pump();
  }

  /** A refused one was read. */
  async dismiss(key: string): Promise<void> {
    await this.shelf.remove(key);
    this.entries = this.entries.filter((entry) => entry.key !== key);
  }

  private async pump(): Promise<void> {
    if (this.pumping) return;
    this.pumping = true;
    clearTimeout(this.timer);
    try {
      for (let entry = nextOf(this.entries, this.account); entry; entry = nextOf(this.entries, this.account)) {
        if (!(await this.deliver(entry))) return;
      }
    } finally {
      this.pumping = false;
    }
  }

  /** False if nothing more can be sent now. */
  private async deliver(entry: Entry): Promise<boolean> {
    const answer = await this.send(entry);
    const fate = fateOf(answer.status);
    if (fate === 'later' || fate === 'sign_in') {
      if (fate === 'sign_in') this.events.signedOut();
      const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.failed++);
      this.timer = setTimeout(() => void this.pump(), pause);
      return false;
    }
    this.failed = 0;
    if (fate === 'done') {
      await this.dismiss(entry.key);
      this.events.answered(entry, answer);
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
}

/** Through whichever door answers. */
export async function sendEntry(entry: Entry): Promise<Answer> {
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': entry.key };
  const request = new Request(location.origin + entry.path, {
    method: entry.method,
    headers,
    body: JSON.stringify(entry.body),
  });
  try {
    const answer = await throughDoors(request);
    const body: unknown = await answer.json().catch(() => null);
    return { status: answer.status, body };
  } catch {
    return { status: 0, body: null };
  }
}
