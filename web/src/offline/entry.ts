/** What an officer did, until a door has answered it. */
export interface Entry {
  /** The Idempotency-Key: the same for every attempt. */
  key: string;
  /** Order of making. */
  number: number;
  account: string;
  method: 'POST' | 'PUT';
  path: string;
  body: Record<string, unknown>;
  /** The device's time of the tap, RFC 3339. */
  madeAt: string;
  /** Distress: before everything else. */
  urgent: boolean;
  /** What it is about, so that a page can show what waits on an assignment. */
  about: string;
  /** The word of the step. */
  what: string;
  state: 'waiting' | 'refused';
  /** Of a refused one: what the door said, in both languages. */
  why?: string;
}

/** The next one to send: urgent first, then as they were made. Refused ones stay to be read and hold up nobody. */
export function nextOf(entries: readonly Entry[], account: string): Entry | undefined {
  const waiting = entries.filter((entry) => entry.state === 'waiting' && entry.account === account);
  return waiting.sort((a, b) => Number(b.urgent) - Number(a.urgent) || a.number - b.number)[0];
}

/** What a door's answer means for an entry. */
export type Fate = 'done' | 'refused' | 'sign_in' | 'later';

/** Nobody, or a door in trouble: later. Unknown badge: after signing in. Any other error is final. */
export function fateOf(status: number): Fate {
  if (status >= 200 && status < 300) return 'done';
  if (status === 401) return 'sign_in';
  return status === 0 || status === 408 || status === 425 || status === 429 || status >= 500 ? 'later' : 'refused';
}
