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
  /** Sent instead of the body: a photo or a signature. */
  picture?: Blob;
  /** The device's time of the tap, RFC 3339. */
  madeAt: string;
  /** W3C `traceparent` of the alarm that it answers: the door goes on with its trace. */
  trace?: string;
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

/** Each lane is sent in order; none waits for a slower one: a photo on a thin line holds up no step, nothing distress. */
export const LANES = ['urgent', 'steps', 'pictures'] as const;
export type Lane = (typeof LANES)[number];

export function laneOf(entry: Entry): Lane {
  return entry.urgent ? 'urgent' : entry.picture === undefined ? 'steps' : 'pictures';
}

/** The next one of a lane, as they were made. Refused ones stay to be read and hold up nobody. */
export function nextOf(entries: readonly Entry[], account: string, lane: Lane): Entry | undefined {
  return entries
    .filter((entry) => entry.state === 'waiting' && entry.account === account && laneOf(entry) === lane)
    .sort((a, b) => a.number - b.number)[0];
}

/** What a door's answer means for an entry. */
export type Fate = 'done' | 'refused' | 'sign_in' | 'later';

/** Nobody, or a door in trouble: later. Unknown badge: after signing in. Any other error is final, but for distress. */
export function fateOf(status: number, urgent = false): Fate {
  if (status >= 200 && status < 300) return 'done';
  if (status === 401) return 'sign_in';
  const passing = status === 0 || status === 408 || status === 425 || status === 429 || status >= 500;
  return passing || urgent ? 'later' : 'refused';
}
