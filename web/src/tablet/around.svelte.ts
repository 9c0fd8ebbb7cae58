import { SvelteMap } from 'svelte/reactivity';
import { api, settle } from '../api/client';
import type { Broadcast, Companions, MoveUp, StreamMoveUp, StreamReset, StreamWelfare } from '../api/shapes';
import { clock } from '../i18n/clock.svelte';
import type { Board } from '../live/board.svelte';
import type { StreamEvent } from '../live/follower';

type Snapshot = StreamReset['snapshot'];

/** What concerns a unit beside its assignment: descriptions, who else is there, the post it is ordered to. */
export class Around {
  private readonly held = new SvelteMap<string, Broadcast>();
  /** In force now: whoever shows a description drops it at its end. */
  readonly broadcasts = $derived([...this.held.values()].filter((one) => Date.parse(one.ends_at) > clock.now));
  private readonly there = new SvelteMap<string, Companions['units']>();
  moveUp = $state.raw<MoveUp | null>(null);

  constructor(private readonly unit: string) {}

  /** The other units on an incident. */
  beside(incident: string): Companions['units'] {
    return (this.there.get(incident) ?? []).filter((known) => known.unit !== this.unit);
  }

  isRead(broadcast: Broadcast): boolean {
    return broadcast.reads.some((read) => read.unit === this.unit);
  }

  take(events: readonly StreamEvent[], board: Board): void {
    for (const { kind, data } of events) {
      const told: unknown = data;
      if (kind === 'reset') this.reset((told as { snapshot: Snapshot }).snapshot);
      else if (kind === 'companions') this.companions(told as Companions);
      else if (kind === 'move_up') this.moved(told as StreamMoveUp);
      else if (kind === 'broadcast') void this.again();
      else if (kind === 'broadcast_ended') this.held.delete((told as Broadcast).broadcast_id);
      else if (kind === 'welfare') welfare(told as StreamWelfare, board);
    }
  }

  reset(snapshot: Snapshot): void {
    this.replace(snapshot.broadcasts ?? []);
    this.there.clear();
    for (const one of snapshot.companions ?? []) this.companions(one);
    this.moveUp = (snapshot.move_ups ?? []).find((one) => one.unit === this.unit) ?? null;
  }

  /** What outlives the page. Descriptions do not: they are personal data and must be gone at their end. */
  kept(): Pick<Snapshot, 'broadcasts' | 'companions' | 'move_ups'> {
    const companions = [...this.there].map(([incident_id, units]) => ({ incident_id, units }));
    return { broadcasts: [], companions, move_ups: this.moveUp === null ? [] : [this.moveUp] };
  }

  /** The stream tells only that there is one; its text is asked for. */
  async again(): Promise<void> {
    const answer = await settle(api.GET('/v1/broadcasts', { params: { query: { unit: this.unit } } }));
    if (answer.ok) this.replace(answer.value);
  }

  private companions(told: Companions): void {
    this.there.set(told.incident_id, told.units);
  }

  private moved({ position: _position, at: _at, place, ...told }: StreamMoveUp): void {
    this.moveUp = told.ended_at === null ? { ...told, position: place } : null;
  }

  private replace(found: readonly Broadcast[]): void {
    this.held.clear();
    for (const one of found) this.held.set(one.broadcast_id, one);
  }
}

function welfare(told: StreamWelfare, board: Board): void {
  const held = board.assignments.get(told.assignment_id);
  if (held !== undefined) board.assignments.set(told.assignment_id, { ...held, welfare_asked_at: told.asked_at });
}
