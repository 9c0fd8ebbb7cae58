import { SvelteSet } from 'svelte/reactivity';
import { doors } from '../api/doors';
import type { Assignment, Person } from '../api/shapes';
import { clock } from '../i18n/clock.svelte';
import { spoken } from '../i18n/dictionary';
import { Board, type Incident } from '../live/board.svelte';
import { Line } from '../live/line.svelte';
import { Rest } from '../live/rest';
import { Selection } from '../live/selection.svelte';
import { session } from '../session/session.svelte';
import { toasts } from '../ui/toasts.svelte';
import { Alerts } from './alerts.svelte';
import type { Asking } from './asking.svelte';
import { Card } from './card.svelte';
import { rowsOf, type Row } from './groups';
import { sorted } from './next';
import { Orders, type About } from './orders.svelte';
import { Presence } from './presence.svelte';
import { Sounds } from './sounds.svelte';
import { Sweep } from './sweep.svelte';
import { words } from './words';
import { words as said } from './words_orders';

/** Targets pass while nothing else happens: the order of the list is looked at this often. */
const AGAIN_MS = 5000;

/** What the console shows; components draw it, `commands` acts on it. */
export class Room {
  readonly board = new Board();
  readonly selection = new Selection();
  readonly sounds = new Sounds();
  readonly alerts = new Alerts(this.board, this.sounds);
  readonly reader = new Card();
  private readonly rest = new Rest(this.board);
  readonly orders = new Orders(() => this.because);
  /** Many acknowledged at once. */
  readonly sweep = new Sweep(() => this.because);
  readonly presence: Presence;
  readonly line: Line;
  /** A question that an order waits for. */
  asking = $state.raw<Asking | null>(null);
  /** What stands above the page: one at a time. */
  open = $state<'line' | 'keys' | 'duplicates' | 'photos' | null>(null);
  /** The picture that is shown enlarged, by its place among the card's. */
  photo = $state(0);
  /** The group that the keys stand on; else the incident. */
  group = $state<string | null>(null);
  readonly unfolded = new SvelteSet<string>();

  private readonly moment = $derived(Math.floor(clock.now / AGAIN_MS) * AGAIN_MS);
  /** Sorted by what needs a person next. */
  readonly incidents = $derived(sorted(this.board.incidents.values(), this.moment));
  readonly rows = $derived(rowsOf(this.incidents, this.unfolded, this.selection.incident, this.moment));
  readonly units = $derived(
    [...this.board.units.values()].sort((a, b) => a.call_sign.localeCompare(b.call_sign, 'fr', { numeric: true })),
  );
  /** Who is on what: units by incident. */
  readonly sent = $derived.by(() => {
    const found = new Map<string, Assignment[]>();
    for (const one of this.board.assignments.values()) {
      found.set(one.incident_id, [...(found.get(one.incident_id) ?? []), one]);
    }
    return found;
  });

  constructor(readonly person: Person) {
    this.presence = new Presence(this.board, person.account);
    this.line = new Line({
      doors: () => doors.all,
      follow: 'one',
      take: (events) => {
        const known = new Set(this.board.incidents.keys());
        this.board.take(events);
        if (events.some((event) => event.kind === 'reset')) void this.rest.read();
        this.alerts.announce(known);
      },
      signedOut: () => session.ended(),
    });
  }

  /** Why this person cannot act now; undefined if he can. */
  get because(): string | undefined {
    if (!this.line.live) return words.lineLost;
    return this.person.role === 'auditor' ? words.readOnly : undefined;
  }

  get chosen(): string | null {
    return this.selection.incident;
  }

  /** The chosen incident: as it was read, or as the board holds it until then. */
  get current(): Incident | null {
    const chosen = this.selection.incident;
    if (chosen === null) return null;
    const { card } = this.reader;
    return (
      this.board.incidents.get(chosen) ?? (card?.incident_id === chosen ? { ...card, place: card.position } : null)
    );
  }

  /** The chosen incident as orders need it: the revision is what is on the screen when the order begins. */
  get about(): About | null {
    const incident = this.current;
    if (incident === null) return null;
    const read = this.reader.card?.incident_id === incident.incident_id ? this.reader.card.revision : 0;
    const revision = Math.max(incident.revision, read);
    return { incident: incident.incident_id, revision, name: nameOf(incident) };
  }

  choose(incident: string | null): void {
    if (incident !== this.selection.incident) this.photo = 0;
    this.selection.incident = incident;
    this.group = null;
  }

  /** A line of the list: an incident is chosen, a group is stood on. */
  chooseRow(key: string): void {
    if (!key.startsWith('group:')) return this.choose(key);
    this.choose(null);
    this.group = key;
  }

  /** The group that the keys stand on. */
  get groupRow(): Extract<Row, { kind: 'group' }> | null {
    const row = this.rows.find((one) => one.key === this.group);
    return row?.kind === 'group' ? row : null;
  }

  /** Acknowledges what is in the group now; who comes later is not seen yet. */
  async acknowledgeGroup(): Promise<void> {
    const { groupRow, sweep } = this;
    if (groupRow === null || sweep.running) return;
    await sweep.acknowledge(groupRow.incidents);
    const tone = sweep.left === 0 ? 'good' : 'bad';
    toasts.show(said.groupAcknowledged(sweep.done, sweep.left), tone);
    // Acknowledged, they need something else and stand under another heading.
    if (this.groupRow === null) this.group = null;
  }

  fold(key: string): void {
    if (!this.unfolded.delete(key)) this.unfolded.add(key);
  }

  /** Moves through the list by `step`. */
  move(step: 1 | -1): void {
    const at = this.rows.findIndex((row) => row.key === (this.group ?? this.selection.incident));
    const next = this.rows[Math.min(this.rows.length - 1, Math.max(0, at + step))];
    if (next !== undefined) this.chooseRow(next.key);
  }

  sign(unit: string): string {
    return this.board.units.get(unit)?.call_sign ?? unit;
  }
}

/** What happened, in the screen's language. */
export function nameOf(incident: Pick<Incident, 'nature_fr' | 'nature_en'>): string {
  return spoken(incident.nature_fr, incident.nature_en);
}
