import { api } from '../api/client';
import type { About, Order } from './orders.svelte';
import { words } from './words_orders';

const I = '/v1/incidents/{incident_id}';

/** Makes one card of two. The answer is the one that is kept; the other can be taken out again. */
export function merge({ incident, revision, name }: About, other: string): Order {
  const send: Order['send'] = (params) => api.POST(`${I}/merge`, { params, body: { incident: other } });
  const undo: Order['undo'] = (after) => {
    const gone = after.incident_id === incident ? other : incident;
    return unmerge({ incident: gone, revision: undefined, name });
  };
  return { incident, revision, done: `${words.merged} — ${name}`, send, undo };
}

export function unmerge({ incident, revision, name }: About): Order {
  const done = `${words.unmerged} — ${name}`;
  return { incident, revision, done, send: (params) => api.POST(`${I}/unmerge`, { params }) };
}

export function split({ incident, revision, name }: About, signals: readonly string[]): Order {
  const send: Order['send'] = (params) => api.POST(`${I}/split`, { params, body: { signals: [...signals] } });
  return { incident, revision, done: `${words.splitOff(signals.length)} — ${name}`, send };
}

export function reject({ incident, revision, name }: About, other: string): Order {
  const send: Order['send'] = (params) =>
    api.POST(`${I}/duplicates/{other}/reject`, { params: { ...params, path: { ...params.path, other } } });
  return { incident, revision, done: `${words.toldApart} — ${name}`, send };
}
