import createClient from 'openapi-fetch';
import { throughDoors } from './doors';
import type { paths } from './generated/dispatch';
import { newKey } from './keys';
import { problemOf, unreachable, type Problem } from './problem';

/**
 * The typed client of dispatch: paths, parameters, bodies and answers are those of its OpenAPI document.
 *
 *     const sent = await settle(
 *       api.POST('/v1/incidents/{incident_id}/acknowledge', {
 *         params: { path: { incident_id }, header: order(incident.revision) },
 *       }),
 *     );
 *     if (!sent.ok) toasts.problem(sent.problem);
 */
export const api = createClient<paths>({ baseUrl: location.origin, fetch: (request) => throughDoors(request) });

/** What came of a request. */
export type Settled<T> = { ok: true; value: T; status: number } | { ok: false; problem: Problem };

/** Headers of an order: its own key, and the revision of the card that it rests on (its ETag). */
export function order(revision?: number, key: string = newKey()): { 'idempotency-key': string; 'if-match'?: string } {
  return revision === undefined ? { 'idempotency-key': key } : { 'idempotency-key': key, 'if-match': `"${revision}"` };
}

/** Never throws: whatever goes wrong is a problem that can be shown. */
export async function settle<T>(sent: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<Settled<T>> {
  try {
    const { data, error, response } = await sent;
    if (response.ok) return { ok: true, value: data as T, status: response.status };
    return { ok: false, problem: problemOf(response.status, error) };
  } catch {
    return { ok: false, problem: unreachable() };
  }
}
