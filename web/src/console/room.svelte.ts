import { api, order, settle } from '../api/client';
import { doors } from '../api/doors';
import { sentence, type Problem } from '../api/problem';
import type { Person } from '../api/shapes';
import { spoken } from '../i18n/dictionary';
import { Board, type Incident } from '../live/board.svelte';
import { Line } from '../live/line.svelte';
import { session } from '../session/session.svelte';
import { announcements } from '../ui/announcements.svelte';
import { toasts } from '../ui/toasts.svelte';
import { byNeed } from './next';
import { words } from './words';

/** What the console shows and does; components draw it. */
export class Room {
  readonly board = new Board();
  readonly line: Line;
  chosen = $state<string | null>(null);
  /** The unit that list and map show as chosen. */
  chosenUnit = $state<string | null>(null);

  /** Sorted by what needs a person next. */
  readonly incidents = $derived([...this.board.incidents.values()].sort(byNeed));
  readonly units = $derived(
    [...this.board.units.values()].sort((a, b) => a.call_sign.localeCompare(b.call_sign, 'fr')),
  );

  constructor(private readonly person: Person) {
    this.line = new Line({
      doors: () => doors.all,
      follow: 'one',
      take: (events) => {
        const known = new Set(this.board.incidents.keys());
        this.board.take(events);
        this.announce(known);
      },
      signedOut: () => session.ended(),
    });
  }

  /** Why this person cannot act now; undefined if he can. */
  get because(): string | undefined {
    if (!this.line.live) return words.lineLost;
    return this.person.role === 'auditor' ? words.readOnly : undefined;
  }

  choose(incident: string | null): void {
    this.chosen = incident;
  }

  chooseUnit(unit: string | null): void {
    this.chosenUnit = unit;
  }

  /** Moves through the list by `step`. */
  move(step: 1 | -1): void {
    const at = this.incidents.findIndex((one) => one.incident_id === this.chosen);
    const next = this.incidents[Math.min(this.incidents.length - 1, Math.max(0, at + step))];
    if (next !== undefined) this.choose(next.incident_id);
  }

  /** *Acquitter* the chosen one, else the one on top. */
  async acknowledge(): Promise<void> {
    const incident = this.board.incidents.get(this.chosen ?? '') ?? this.incidents[0];
    if (incident === undefined || incident.acknowledged_at !== null) return;
    if (this.because !== undefined) return toasts.show(this.because, 'bad');
    this.choose(incident.incident_id);
    const path = { incident_id: incident.incident_id };
    const header = order(incident.revision);
    const answer = await settle(api.POST('/v1/incidents/{incident_id}/acknowledge', { params: { path, header } }));
    if (answer.ok) toasts.show(`${words.acknowledged} — ${nameOf(incident)}`, 'good');
    else this.refused(answer.problem);
  }

  /** Says what another operator did before, instead of overwriting it. */
  refused(problem: Problem): void {
    const changes =
      problem.kind === 'changed' ? (problem.more['changes'] as { actor: string }[] | undefined) : undefined;
    const who = changes?.at(-1)?.actor;
    toasts.show(who === undefined ? sentence(problem) : words.changedBy(who), 'bad');
  }

  private announce(known: ReadonlySet<string>): void {
    for (const incident of this.board.incidents.values()) {
      if (incident.priority !== 'P1' || known.has(incident.incident_id) || incident.acknowledged_at !== null) continue;
      announcements.say(words.newP1(nameOf(incident), incident.address ?? words.noPlace), 'urgent');
    }
  }
}

/** What happened, in the screen's language. */
export function nameOf(incident: Pick<Incident, 'nature_fr' | 'nature_en'>): string {
  return spoken(incident.nature_fr, incident.nature_en);
}
