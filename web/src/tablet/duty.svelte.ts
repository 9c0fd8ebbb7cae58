import { doors } from '../api/doors';
import { sentence, type Problem } from '../api/problem';
import type { Assignment, AssignmentReported, Broadcast, Person, StreamReset, UnitShown } from '../api/shapes';
import { half, spoken } from '../i18n/dictionary';
import { Board } from '../live/board.svelte';
import type { StreamEvent } from '../live/follower';
import { Line } from '../live/line.svelte';
import { Feed } from '../map/feed.svelte';
import type { Entry } from '../offline/entry';
import { Queue, type Answer } from '../offline/queue.svelte';
import type { Shelf } from '../offline/shelf';
import { session } from '../session/session.svelte';
import { announcements } from '../ui/announcements.svelte';
import { Acts } from './acts';
import { Around } from './around.svelte';
import { Notices } from './notices.svelte';
import { Siren } from './siren.svelte';
import { isStep, nextStep, stateAfter } from './steps';
import { Whereabouts } from './whereabouts.svelte';
import { words } from './words';

/** What is shown after a restart in a dead spot. */
interface Kept {
  position: number;
  heardAt: number;
  snapshot: StreamReset['snapshot'];
}

/** Ended by others while the officer was on it. */
const ENDED_BY_OTHERS = new Set<string>(['cancelled', 'diverted', 'expired']);

/** One unit's duty: its one assignment, its taps, and what they came to. */
export class Duty {
  readonly unit: string;
  readonly board = new Board();
  readonly line: Line;
  readonly queue: Queue;
  readonly acts: Acts;
  readonly around: Around;
  readonly notices: Notices;
  readonly siren = new Siren();
  readonly whereabouts: Whereabouts;
  /** The city's places, read ahead: a dead spot must not take the map away. */
  readonly feed: Feed;

  /** The assignment that the officer works on, as his own taps have it. */
  readonly current = $derived.by(() => {
    const found = [...this.board.assignments.values()].find((one) => one.unit === this.unit);
    if (found === undefined) return null;
    const steps = this.queue.waiting.filter((entry) => entry.about === found.assignment_id).map((entry) => entry.what);
    const state = stateAfter(found.state, steps.filter(isStep));
    return state === 'cleared' || state === 'declined' ? null : { ...found, state };
  });
  readonly next = $derived(this.current === null ? null : nextStep(this.current.state));
  readonly state = $derived.by(() => this.board.units.get(this.unit)?.state ?? null);
  /** The status as the officer's own taps have it. */
  readonly status = $derived.by(
    () =>
      (this.queue.waiting.findLast((entry) => entry.what === 'status')?.body['state'] as typeof this.state) ??
      this.state,
  );
  /** "Are you well?" stands on the screen until it is answered. */
  readonly asked = $derived.by(
    () => this.current?.welfare_asked_at != null && !this.queue.waiting.some((entry) => entry.what === 'well'),
  );
  /** The device's time of a call for help that is not out yet, and of the last one that is. */
  readonly helpWaits = $derived.by(() => this.queue.waiting.find((entry) => entry.urgent)?.madeAt ?? null);
  helpSent = $state<string | null>(null);
  readonly onDuty = $derived(this.state !== null && this.status !== 'off_duty');

  constructor(
    person: Person,
    private readonly shelf: Shelf,
  ) {
    this.unit = person.unit ?? '';
    this.notices = new Notices(shelf, this.unit);
    this.whereabouts = new Whereabouts(this.unit);
    this.around = new Around(this.unit);
    this.feed = new Feed(session.centres[0]?.code ?? '');
    this.line = new Line({
      doors: () => doors.all,
      unit: this.unit,
      follow: 'all',
      take: (events) => this.take(events),
      signedOut: () => session.ended(),
    });
    this.queue = new Queue(shelf, person.account, {
      answered: (entry, answer) => this.answered(entry, answer),
      refused: (entry, problem) => this.refused(entry, problem),
      signedOut: () => session.ended(),
    });
    this.acts = new Acts(this.unit, this.queue, this.whereabouts);
  }

  /** What was shown last comes first, with its age; then the live line. */
  async open(): Promise<void> {
    const kept = (await this.shelf.kept(this.name)) as Kept | undefined;
    if (kept !== undefined) {
      this.board.reset(kept.snapshot);
      this.around.reset(kept.snapshot);
      this.line.resume(kept.position, kept.heardAt);
    }
    await this.notices.open();
    await this.queue.open();
    for (const entry of this.queue.entries) if (entry.state === 'refused') this.refused(entry, null);
    this.announce();
    this.line.start();
  }

  /** Read by this unit, or about to be told so. */
  hasRead(broadcast: Broadcast): boolean {
    const waits = this.queue.waiting.some((entry) => entry.what === 'read' && entry.about === broadcast.broadcast_id);
    return waits || this.around.isRead(broadcast);
  }

  close(): void {
    this.line.stop();
    this.queue.close();
    this.siren.stop();
    this.whereabouts.stop();
  }

  private take(events: readonly StreamEvent[]): void {
    for (const event of events)
      if (event.kind === 'assignment') this.endedByOthers(event.data as unknown as Assignment);
    this.board.take(events);
    this.around.take(events, this.board);
    this.announce();
    this.keep();
  }

  private endedByOthers(told: Assignment): void {
    if (told.unit !== this.unit || told.active || !ENDED_BY_OTHERS.has(told.state)) return;
    if (!this.board.assignments.has(told.assignment_id)) return;
    const { incident } = told;
    const where = incident?.address ?? '';
    const what = { fr: incident?.nature_fr ?? '', en: incident?.nature_en ?? '' };
    void this.notices.add({ key: told.assignment_id, kind: 'ended', what: told.state, ...what, where });
    if (told.state !== 'expired') announcements.say(words.endedSay, 'urgent');
  }

  private async answered(entry: Entry, { body }: Answer): Promise<void> {
    if (entry.what === 'distress') this.helpSent = entry.madeAt;
    if (entry.what === 'read') void this.around.again();
    if (!isStep(entry.what)) return;
    const said = body as AssignmentReported;
    const held = this.board.assignments.get(said.assignment_id);
    if (said.applied || said.reason === 'already_done') {
      // The stream will say so as well; until then the answer is what is known.
      if (held !== undefined && said.active) this.board.assignments.set(said.assignment_id, { ...held, ...said });
      else this.board.assignments.delete(said.assignment_id);
    } else {
      if (!said.active) this.board.assignments.delete(said.assignment_id);
      await this.notices.add({ key: entry.key, kind: 'late', what: entry.what, at: entry.madeAt, why: said.reason });
    }
    this.keep();
  }

  private refused(entry: Entry, problem: Problem | null): void {
    const why = half(entry.why ?? '') || (problem === null ? '' : sentence(problem));
    const notice = { key: entry.key, kind: 'refused', what: entry.what, at: entry.madeAt, why } as const;
    void this.notices.add(notice).then(() => this.queue.dismiss(entry.key));
  }

  private get name(): string {
    return `duty:${this.unit}`;
  }

  private keep(): void {
    if (this.line.position === null) return;
    const units: UnitShown[] = [...this.board.units.values()].map((unit) => ({
      ...unit,
      position: null,
      position_at: null,
    }));
    const kept: Kept = {
      position: this.line.position,
      heardAt: this.line.heardAt ?? 0,
      snapshot: {
        assignments: [...this.board.assignments.values()],
        units,
        incidents: [],
        incidents_total: 0,
        kiosk_calls: [],
        work_orders: [],
        ...this.around.kept(),
      },
    };
    void this.shelf.keep(this.name, kept);
  }

  private known: string | null = null;

  /** The siren goes while an offer waits; it is said aloud once. */
  private announce(): void {
    const current = this.current;
    if (current?.state === 'offered') this.siren.start();
    else this.siren.stop();
    if (current === null || current.assignment_id === this.known) return;
    this.known = current.assignment_id;
    if (current.state !== 'offered') return;
    const what = spoken(current.incident?.nature_fr, current.incident?.nature_en);
    announcements.say(words.newMission(what, current.incident?.address ?? words.noPlace), 'urgent');
  }
}
