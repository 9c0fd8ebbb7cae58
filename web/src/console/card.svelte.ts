import { api, settle } from '../api/client';
import type { Problem } from '../api/problem';
import type { IncidentCard, NearCamera, PossibleDuplicate, Recommendation } from '../api/shapes';

/** The second readings wait this long: who runs through the list by keys asks for none of them. */
const SETTLED_MS = 120;

/** The whole card of one incident, read again whenever the stream says that it changed. */
export class Card {
  card = $state.raw<IncidentCard | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** Who should go; null while it is not known, `nothing` says why there is nobody to choose. */
  advice = $state.raw<Recommendation | null>(null);
  nothing = $state.raw<Problem | null>(null);
  cameras = $state.raw<readonly NearCamera[]>([]);
  duplicates = $state.raw<readonly PossibleDuplicate[]>([]);
  private camerasOf: string | null = null;

  /** Reads it; what was read before stays until the answer is there, unless it is another incident's. */
  async read(incident_id: string, signal: AbortSignal): Promise<void> {
    if (this.card?.incident_id !== incident_id) this.forget();
    const params = { path: { incident_id } };
    const answer = await settle(api.GET('/v1/incidents/{incident_id}', { params, signal }));
    if (signal.aborted) return;
    this.problem = answer.ok ? null : answer.problem;
    if (!answer.ok) return;
    this.card = answer.value;
    await Promise.all([this.advise(answer.value, signal), this.around(answer.value, signal)]);
  }

  private async advise(card: IncidentCard, signal: AbortSignal): Promise<void> {
    if (!hasPlace(card)) {
      this.advice = this.nothing = null;
      return;
    }
    const params = { path: { incident_id: card.incident_id } };
    const answer = await settle(api.GET('/v1/incidents/{incident_id}/recommendation', { params, signal }));
    if (signal.aborted) return;
    this.advice = answer.ok ? answer.value : null;
    this.nothing = answer.ok ? null : answer.problem;
  }

  /** Cameras near it, once; what may be the same happening, each time. */
  private async around(card: IncidentCard, signal: AbortSignal): Promise<void> {
    await new Promise((then) => setTimeout(then, SETTLED_MS));
    if (signal.aborted) return;
    const params = { path: { incident_id: card.incident_id } };
    const [cameras, duplicates] = await Promise.all([
      this.camerasOf === card.incident_id
        ? null
        : settle(api.GET('/v1/incidents/{incident_id}/cameras', { params, signal })),
      settle(api.GET('/v1/incidents/{incident_id}/duplicates', { params, signal })),
    ]);
    if (signal.aborted) return;
    if (cameras?.ok) {
      this.cameras = cameras.value;
      this.camerasOf = card.incident_id;
    }
    if (duplicates.ok) this.duplicates = duplicates.value;
  }

  private forget(): void {
    this.card = this.advice = this.nothing = this.problem = null;
    this.cameras = this.duplicates = [];
    this.camerasOf = null;
  }
}

/** A patrol is asked for and not yet sent: there is somebody to recommend. */
export function hasPlace(card: IncidentCard): boolean {
  if (card.state !== 'open' && card.state !== 'in_progress') return false;
  return card.tasks.some((task) => {
    if (task.kind !== 'patrol' || task.state === 'done' || task.state === 'cancelled') return false;
    return task.slots > card.assignments.filter((one) => one.active && one.task_id === task.task_id).length;
  });
}
