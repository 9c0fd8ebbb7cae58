import { api, order as headerOf, settle, type Settled } from '../api/client';
import { sentence, type Problem } from '../api/problem';
import type { IncidentOrdered } from '../api/shapes';
import { toasts } from '../ui/toasts.svelte';
import { words } from './words_orders';

type Header = ReturnType<typeof headerOf>;
interface Params {
  path: { incident_id: string };
  header: Header;
}

/** One order about one incident, as it can be given and, if it comes too late, given again. */
export interface Order {
  incident: string;
  /** What the operator saw when he began: its ETag. None: the inverse of an order just given, whatever stands now. */
  revision: number | undefined;
  /** Said once it is done: *Acquitté — SOS*. */
  done: string;
  send(params: Params): Promise<{ data?: IncidentOrdered; error?: unknown; response: Response }>;
  /** The inverse, where the real world allows one. */
  undo?: (after: IncidentOrdered) => Order | undefined;
}

export interface Change {
  event: string;
  actor: string;
  reason: string;
  at: string;
}

/** An order that would have overwritten what somebody else decided meanwhile. */
export interface Conflict {
  order: Order;
  changes: readonly Change[];
  /** What an order must rest on now. */
  revision: number;
}

/** Gives orders; one that meets another operator's decision waits for a word. */
export class Orders {
  conflict = $state.raw<Conflict | null>(null);
  /** Orders that are on their way. */
  busy = $state(0);

  /** `because`: why nothing can be ordered now. */
  constructor(private readonly because: () => string | undefined) {}

  async give(order: Order): Promise<boolean> {
    if (this.held()) return false;
    this.busy += 1;
    const params = { path: { incident_id: order.incident }, header: headerOf(order.revision) };
    const answer: Settled<IncidentOrdered> = await settle(order.send(params));
    this.busy -= 1;
    if (answer.ok) this.done(order, answer.value);
    else this.refused(order, answer.problem);
    return answer.ok;
  }

  /** The operator has read what changed and wants it all the same. */
  again(): void {
    const { conflict } = this;
    if (conflict === null || this.held()) return;
    this.conflict = null;
    void this.give({ ...conflict.order, revision: conflict.revision });
  }

  drop(): void {
    this.conflict = null;
  }

  /** True, and said, if nothing can be ordered now. */
  private held(): boolean {
    const why = this.because();
    if (why !== undefined) toasts.show(why, 'bad');
    return why !== undefined;
  }

  private done(order: Order, after: IncidentOrdered): void {
    const undo = order.undo?.(after);
    toasts.show(order.done, 'good', undo === undefined ? undefined : () => void this.give(undo));
  }

  private refused(order: Order, problem: Problem): void {
    if (problem.kind !== 'changed') return toasts.show(sentence(problem), 'bad');
    const revision = Number(String(problem.more['etag'] ?? '').replaceAll('"', ''));
    this.conflict = { order, changes: (problem.more['changes'] ?? []) as Change[], revision };
  }
}

/** The orders themselves: paths and bodies, with their inverse. */
export interface About {
  incident: string;
  revision: number | undefined;
  /** What is said of the incident. */
  name: string;
}

const I = '/v1/incidents/{incident_id}';

export function acknowledge({ incident, revision, name }: About): Order {
  const done = `${words.acknowledged} — ${name}`;
  return { incident, revision, done, send: (params) => api.POST(`${I}/acknowledge`, { params }) };
}

export function verify(
  { incident, revision, name }: About,
  result: 'confirmed' | 'false_alarm' | 'inconclusive',
): Order {
  const done = `${words[result]} — ${name}`;
  const send: Order['send'] = (params) => api.POST(`${I}/verify`, { params, body: { result } });
  return { incident, revision, done, send, ...(result === 'false_alarm' ? { undo: reopened(name) } : {}) };
}

export function dismiss({ incident, revision, name }: About, reason: string): Order {
  const send: Order['send'] = (params) => api.POST(`${I}/dismiss`, { params, body: { reason } });
  return { incident, revision, done: `${words.dismissed} — ${name}`, send, undo: reopened(name) };
}

export function reopen({ incident, revision, name }: About): Order {
  const done = `${words.reopened} — ${name}`;
  return { incident, revision, done, send: (params) => api.POST(`${I}/reopen`, { params }) };
}

export function close({ incident, revision, name }: About, report: string): Order {
  const body = { report: report === '' ? null : report };
  const done = `${words.closed} — ${name}`;
  return { incident, revision, done, send: (params) => api.POST(`${I}/close`, { params, body }) };
}

export function note({ incident, revision }: About, text: string): Order {
  return {
    incident,
    revision,
    done: words.noted,
    send: (params) => api.POST(`${I}/notes`, { params, body: { text } }),
  };
}

export function reopened(name: string): (after: IncidentOrdered) => Order {
  return (after) => reopen({ incident: after.incident_id, revision: after.revision, name });
}
