import { api } from '../api/client';
import type { About, Order } from './orders.svelte';
import { words } from './words_orders';

const I = '/v1/incidents/{incident_id}';

/** Engages a unit; while it is only offered it can be taken back. */
export function engage({ incident, revision, name }: About, unit: string, sign: string, reason: string | null): Order {
  const send: Order['send'] = (params) => api.POST(`${I}/assign`, { params, body: { unit, reason } });
  const undo: Order['undo'] = (after) => {
    const offered = after.assignments.some((one) => one.unit === unit && one.state === 'offered');
    const about = { incident: after.incident_id, revision: after.revision, name };
    return offered ? standDown(about, unit, sign, words.byMistake) : undefined;
  };
  return { incident, revision, done: `${words.engaged(sign)} — ${name}`, send, undo };
}

export function standDown({ incident, revision, name }: About, unit: string, sign: string, reason: string): Order {
  const send: Order['send'] = (params) => api.POST(`${I}/stand-down`, { params, body: { unit, reason } });
  return { incident, revision, done: `${words.stoodDown(sign)} — ${name}`, send };
}

export function reassign(
  { incident, revision, name }: About,
  unit: string,
  instead: string | null,
  reason: string,
): Order {
  const send: Order['send'] = (params) => api.POST(`${I}/reassign`, { params, body: { unit, instead, reason } });
  return { incident, revision, done: `${words.reassigned} — ${name}`, send };
}

export function backup({ incident, revision, name }: About, count: number): Order {
  const send: Order['send'] = (params) => api.POST(`${I}/backup`, { params, body: { count } });
  return { incident, revision, done: `${words.backupAsked(count)} — ${name}`, send };
}

export function escalate({ incident, revision, name }: About, reason: string): Order {
  const body = { reason: reason === '' ? null : reason };
  const send: Order['send'] = (params) => api.POST(`${I}/escalate`, { params, body });
  return { incident, revision, done: `${words.escalated} — ${name}`, send };
}

export function handOver({ incident, revision, name }: About, kind: 'firefighters' | 'national_police'): Order {
  const send: Order['send'] = (params) => api.POST(`${I}/hand-over`, { params, body: { kind, agency: null } });
  return { incident, revision, done: `${words.handedOver} — ${name}`, send };
}

export function workOrder({ incident, revision, name }: About): Order {
  const send: Order['send'] = (params) => api.POST(`${I}/work-order`, { params, body: { capabilities: [] } });
  return { incident, revision, done: `${words.workOrdered} — ${name}`, send };
}
