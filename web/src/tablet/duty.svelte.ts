import { doors } from '../api/doors';
import { sentence, type Problem } from '../api/problem';
import type { Assignment, AssignmentReported, Person, Step, StreamReset } from '../api/shapes';
import { half, spoken } from '../i18n/dictionary';
import { Board } from '../live/board.svelte';
import { Line } from '../live/line.svelte';
import type { Entry } from '../offline/entry';
import { Queue, type Answer } from '../offline/queue.svelte';
import type { Shelf } from '../offline/shelf';
import { session } from '../session/session.svelte';
import { announcements } from '../ui/announcements.svelte';
import { nextStep, stateAfter } from './steps';
import { words } from './words';

/** What is shown after a restart in a dead spot. */
interface Kept {
  position: number;
  heardAt: number;
  snapshot: StreamReset['snapshot'];
}

/** Something the officer must have read: a tap that came too late, or was refused. */
export interface Notice {
  key: string;
  text: () => string;
}

/** One unit's duty: its one assignment, its taps, and what they came to. */
export class Duty {
  readonly board = new Board();
  readonly line: Line;
  readonly queue: Queue;
  notices = $state.raw<readonly Notice[]>([]);

  /** The assignment that the officer works on, as his own taps have it. */
  readonly current = $derived.by(() => {
    const found = [...this.board.assignments.values()].find((one) => one.unit === this.unit);
    if (found === undefined) return null;
    const steps = this.queue.waiting.filter((entry) => entry.about === found.assignment_id);
    const state = stateAfter(
      found.state,
      steps.map((entry) => entry.what as Step),
    );
    return state === 'cleared' || state === 'declined' ? null : { ...found, state };
  });
  readonly next = $derived(this.current === null ? null : nextStep(this.current.state));

  private readonly unit: string;

  constructor(
    person: Person,
    private readonly shelf: Shelf,
  ) {
    this.unit = person.unit ?? '';
    this.line = new Line({
      doors: () => doors.all,
      unit: this.unit,
      follow: 'all',
      take: (events) => {
        this.board.take(events);
        this.announce();
        this.keep();
      },
      signedOut: () => session.ended(),
    });
    this.queue = new Queue(shelf, person.account, {
      answered: (entry, answer) => this.answered(entry, answer),
      refused: (entry, problem) => this.refused(entry, problem),
      signedOut: () => session.ended(),
    });
  }

  /** What was shown last comes first, with its age; then the live line. */
  async open(): Promise<void> {
    const kept = (await this.shelf.kept(this.name)) as Kept | undefined;
    if (kept !== undefined) {
      this.board.reset(kept.snapshot);
      this.line.resume(kept.position, kept.heardAt);
    }
    await this.queue.open();
    this.line.start();
  }

  /** The officer taps: safe on the shelf at once, sent when a door answers. */
  async tap(step: Step, assignment: Assignment): Promise<void> {
    await this.queue.add({
      method: 'POST',
      path: `/v1/assignments/${encodeURIComponent(assignment.assignment_id)}/${step}`,
      body: { epoch: assignment.epoch },
      about: assignment.assignment_id,
      what: step,
    });
  }

  read(notice: Notice): void {
    this.notices = this.notices.filter((other) => other.key !== notice.key);
    void this.queue.dismiss(notice.key);
  }

  private answered(entry: Entry, { body }: Answer): void {
    const said = body as AssignmentReported;
    if (said.applied || said.reason === 'already_done') {
      // The stream will say so as well; until then the answer is what is known.
      const held = this.board.assignments.get(said.assignment_id);
      if (held !== undefined && said.active) this.board.assignments.set(said.assignment_id, { ...held, ...said });
      else this.board.assignments.delete(said.assignment_id);
    } else {
      this.notice(entry, (step) => words.late(step));
    }
    this.keep();
  }

  private refused(entry: Entry, problem: Problem): void {
    this.notice(entry, (step) => words.refused(step, half(entry.why ?? '') || sentence(problem)));
  }

  private notice(entry: Entry, text: (step: string) => string): void {
    const step = `step_${entry.what as Step}` as const;
    this.notices = [...this.notices, { key: entry.key, text: () => text(words[step]) }];
  }

  private get name(): string {
    return `duty:${this.unit}`;
  }

  private keep(): void {
    if (this.line.position === null) return;
    const units = [...this.board.units.values()].map((unit) => ({ ...unit, position: null, position_at: null }));
    const snapshot = { assignments: [...this.board.assignments.values()], units, incidents: [], kiosk_calls: [] };
    const kept: Kept = {
      position: this.line.position,
      heardAt: this.line.heardAt ?? 0,
      snapshot: { ...snapshot, work_orders: [] },
    };
    void this.shelf.keep(this.name, kept);
  }

  private known: string | null = null;

  /** Only an assignment that was not on the screen before, and only while it waits for an answer. */
  private announce(): void {
    const current = this.current;
    if (current === null || current.assignment_id === this.known) return;
    this.known = current.assignment_id;
    if (current.state !== 'offered') return;
    const what = spoken(current.incident?.nature_fr, current.incident?.nature_en);
    announcements.say(words.newMission(what, current.incident?.address ?? words.noPlace), 'urgent');
    navigator.vibrate?.([400, 200, 400]);
  }
}
