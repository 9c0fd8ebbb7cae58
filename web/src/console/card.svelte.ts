import { api, settle } from '../api/client';
import type { Problem } from '../api/problem';
import type { IncidentCard } from '../api/shapes';

/** The whole card of one incident, read again whenever the stream says that it changed. */
export class Card {
  card = $state.raw<IncidentCard | null>(null);
  problem = $state.raw<Problem | null>(null);

  /** Reads it; what was read before stays until the answer is there, unless it is another incident's. */
  async read(incident_id: string, signal: AbortSignal): Promise<void> {
    if (this.card?.incident_id !== incident_id) this.card = null;
    const answer = await settle(api.GET('/v1/incidents/{incident_id}', { params: { path: { incident_id } }, signal }));
    if (signal.aborted) return;
    this.problem = answer.ok ? null : answer.problem;
    if (answer.ok) this.card = answer.value;
  }
}
