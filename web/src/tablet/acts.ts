import type { Assignment, Step } from '../api/shapes';
import type { Queue, Wish } from '../offline/queue.svelte';
import type { Decline } from './steps';
import type { Whereabouts } from './whereabouts.svelte';

export type Status = 'available' | 'unavailable' | 'off_duty';

/** What an officer can do. Each is safe on the shelf at once, and sent when a door answers. */
export class Acts {
  constructor(
    private readonly unit: string,
    private readonly queue: Queue,
    private readonly whereabouts: Whereabouts,
  ) {}

  step(step: Step, { assignment_id, epoch, incident }: Assignment, why?: Decline): Promise<void> {
    const body = why === undefined ? { epoch } : { epoch, why };
    const path = `/v1/assignments/${encodeURIComponent(assignment_id)}/${step}`;
    return this.post(path, step, assignment_id, { body, ...traced(incident) });
  }

  backup({ incident_id, incident }: Assignment): Promise<void> {
    return this.post(`/v1/incidents/${encodeURIComponent(incident_id)}/backup`, 'backup', incident_id, {
      body: { count: 1 },
      ...traced(incident),
    });
  }

  /** *Compte rendu*: either part may be missing. */
  async report({ assignment_id, incident_id }: Assignment, text: string, photo: Blob | null): Promise<void> {
    const said = `/v1/assignments/${encodeURIComponent(assignment_id)}/report`;
    const shown = `/v1/incidents/${encodeURIComponent(incident_id)}/attachments?kind=photo`;
    if (text !== '') await this.post(said, 'report', incident_id, { body: { text } });
    if (photo !== null) await this.post(shown, 'photo', incident_id, { picture: photo });
  }

  well(): Promise<void> {
    return this.post(`/v1/units/${this.unit}/well`, 'well', this.unit);
  }

  read(broadcast: string): Promise<void> {
    return this.post(`/v1/broadcasts/${encodeURIComponent(broadcast)}/read`, 'read', broadcast, {
      body: { unit: this.unit },
    });
  }

  status(state: Status): Promise<void> {
    return this.queue.add({
      method: 'PUT',
      path: `/v1/units/${this.unit}/status`,
      body: { state },
      about: this.unit,
      what: 'status',
    });
  }

  distress(): Promise<void> {
    return callForHelp(this.queue, this.unit, this.whereabouts.last);
  }

  private post(path: string, what: string, about: string, more: Partial<Wish> = {}): Promise<void> {
    return this.queue.add({ method: 'POST', path, body: {}, about, what, ...more });
  }
}

function traced(incident: Assignment['incident']): Pick<Wish, 'trace'> {
  return incident?.traceparent ? { trace: incident.traceparent } : {};
}

/** Before everything else, and without what it does not need. */
export function callForHelp(queue: Queue, unit: string, place: Whereabouts['last']): Promise<void> {
  const path = `/v1/units/${encodeURIComponent(unit)}/distress`;
  return queue.add({ method: 'POST', path, body: { ...place }, about: unit, what: 'distress', urgent: true });
}
