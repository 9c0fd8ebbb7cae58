import { SvelteMap } from 'svelte/reactivity';
import type {
  Assignment,
  IncidentListed,
  IncidentOrdered,
  KioskCall,
  Place,
  StreamAssignment,
  StreamIncident,
  StreamPosition,
  StreamReset,
  StreamUnit,
  UnitShown,
  WorkOrder,
} from '../api/shapes';
import type { StreamEvent } from './follower';
import { News } from './news.svelte';

/** An incident as the board holds it. Partners and orders come with its first event. */
export type Incident = Omit<IncidentListed, 'position'> &
  Partial<Pick<IncidentOrdered, 'hand_overs' | 'work_orders'>> & { place: Place | null };
export type Unit = Omit<UnitShown, 'position' | 'position_at'>;
/** Kept apart from units: two hundred cars that move must not draw the list of units again. */
export interface Seen {
  place: Place | null;
  at: string | null;
}

const OVER = new Set(['closed', 'dismissed', 'merged']);
const CALL_OVER = new Set(['opened', 'refused', 'sos', 'ended']);
const ORDER_OVER = new Set(['completed', 'already_fixed']);

/**
 * Everything open, as the stream tells it. Each map is fine-grained: who reads one entry is drawn again when that entry
 * changes, who reads all of them once per frame. Entries are replaced, never changed in place.
 */
export class Board {
  readonly incidents = new SvelteMap<string, Incident>();
  readonly units = new SvelteMap<string, Unit>();
  readonly seen = new SvelteMap<string, Seen>();
  readonly assignments = new SvelteMap<string, Assignment>();
  readonly kioskCalls = new SvelteMap<string, KioskCall>();
  readonly workOrders = new SvelteMap<string, WorkOrder>();
  /** Open incidents that the snapshot had no room for and that are not read yet. */
  lacking = $state(0);
  /** What ended since the snapshot: a page that was read before must not bring it back. */
  private readonly ended = new Set<string>();
  /** Who shows which card, by incident. */
  readonly present = new SvelteMap<string, readonly string[]>();
  /** What was told of things that are not held here. */
  readonly news = new News();
  /** Order ids that changed but must be read again: the stream tells only their state. */
  onOrders: () => void = () => undefined;

  /** A frame's events, in order. */
  take(events: readonly StreamEvent[]): void {
    for (const event of events) this.one(event);
  }

  private one({ kind, data }: StreamEvent): void {
    const told: unknown = data;
    // Positions are told all the time, and held here.
    if (kind === 'reset') this.news.everything();
    else if (kind !== 'position') this.news.told(kind);
    if (kind === 'reset') this.reset((told as StreamReset).snapshot);
    else if (kind === 'incident') this.incident(told as StreamIncident);
    else if (kind === 'assignment') this.assignment(told as StreamAssignment);
    else if (kind === 'unit') this.unit(told as StreamUnit);
    else if (kind === 'position') this.position(told as StreamPosition);
    else if (kind === 'kiosk_call') put(this.kioskCalls, told as KioskCall, (call) => call.kiosk_call_id, CALL_OVER);
    else if (kind === 'work_order') this.onOrders();
    else if (kind === 'presence') this.presence(told as { incident_id: string; actors: string[] });
  }

  /** Forgets what was shown and takes the snapshot. */
  reset(snapshot: StreamReset['snapshot']): void {
    replace(this.assignments, snapshot.assignments, (one) => one.assignment_id);
    replace(this.kioskCalls, snapshot.kiosk_calls ?? [], (one) => one.kiosk_call_id);
    replace(this.workOrders, snapshot.work_orders ?? [], (one) => one.order_id);
    const incidents = (snapshot.incidents ?? []).map(listed);
    replace(this.incidents, incidents, (one) => one.incident_id);
    this.ended.clear();
    this.lacking = Math.max(0, (snapshot.incidents_total ?? 0) - incidents.length);
    replace(this.units, snapshot.units.map(withoutPlace), (one) => one.unit);
    this.seen.clear();
    for (const { unit, position, position_at } of snapshot.units) {
      this.seen.set(unit, { place: position, at: position_at });
    }
  }

  /** A page of the incidents that the snapshot had no room for; what the stream told meanwhile is newer. */
  more(found: readonly IncidentListed[]): void {
    const fresh = found.filter((one) => !this.incidents.has(one.incident_id) && !this.ended.has(one.incident_id));
    for (const row of fresh) this.incidents.set(row.incident_id, listed(row));
    this.lacking = Math.max(0, this.lacking - fresh.length);
  }

  /** The crew's list, read again. */
  orders(found: readonly WorkOrder[]): void {
    replace(
      this.workOrders,
      found.filter((order) => !ORDER_OVER.has(order.state)),
      (one) => one.order_id,
    );
  }

  /** Who shows which card, as dispatch answers a console that tells its own. */
  everybody(found: ReadonlyMap<string, readonly string[]>): void {
    for (const known of [...this.present.keys()]) if (!found.has(known)) this.present.delete(known);
    for (const [incident, actors] of found) this.presence({ incident_id: incident, actors });
  }

  private presence({ incident_id, actors }: { incident_id: string; actors: readonly string[] }): void {
    if (this.present.get(incident_id)?.join() === actors.join()) return;
    if (actors.length === 0) this.present.delete(incident_id);
    else this.present.set(incident_id, actors);
  }

  private incident({ position: _position, at: _at, events: _events, ...card }: StreamIncident): void {
    const held = this.incidents.get(card.incident_id);
    // A snapshot may be newer than the events that follow it.
    if (held !== undefined && held.version > card.version) return;
    put(this.incidents, card, (one) => one.incident_id, OVER);
    if (OVER.has(card.state)) this.ended.add(card.incident_id);
  }

  private assignment({ position: _position, at: _at, ...told }: StreamAssignment): void {
    if (told.active) this.assignments.set(told.assignment_id, told);
    else this.assignments.delete(told.assignment_id);
    const unit = this.units.get(told.unit);
    if (unit !== undefined && unit.busy !== told.active) this.units.set(told.unit, { ...unit, busy: told.active });
  }

  private unit(told: StreamUnit): void {
    const held = this.units.get(told.unit);
    if (held !== undefined) this.units.set(told.unit, { ...held, state: told.state, epoch: told.epoch });
  }

  private position(told: StreamPosition): void {
    this.seen.set(told.unit, { place: told.place, at: told.position_at });
  }
}

function listed({ position, ...row }: IncidentListed): Incident {
  return { ...row, place: position };
}

function withoutPlace({ position: _position, position_at: _at, ...unit }: UnitShown): Unit {
  return unit;
}

function put<T extends { state: string }>(
  map: SvelteMap<string, T>,
  item: T,
  key: (one: T) => string,
  over: Set<string>,
): void {
  if (over.has(item.state)) map.delete(key(item));
  else map.set(key(item), item);
}

function replace<T>(map: SvelteMap<string, T>, items: readonly T[], key: (one: T) => string): void {
  const wanted = new Set(items.map(key));
  for (const known of [...map.keys()]) if (!wanted.has(known)) map.delete(known);
  for (const item of items) map.set(key(item), item);
}
