import { settle, type Settled } from '../../api/client';
import { sentence } from '../../api/problem';
import { session } from '../../session/session.svelte';
import { toasts } from '../../ui/toasts.svelte';
import type { Room } from '../room.svelte';
import { words } from './words';

/** Why what only the shift lead decides cannot be done here now; undefined if it can. */
export function leadBecause(room: Room): string | undefined {
  return room.because ?? (session.is('shift_lead') ? undefined : words.readOnly);
}

/** Sends an order, says what came of it, and reads again; true if it was carried out. */
export async function carryOut<T>(
  sent: Promise<{ data?: T; error?: unknown; response: Response }>,
  done: string,
  after: () => Promise<void>,
): Promise<boolean> {
  const answer: Settled<T> = await settle(sent);
  toasts.show(answer.ok ? done : sentence(answer.problem), answer.ok ? 'good' : 'bad');
  if (answer.ok) await after();
  return answer.ok;
}
