import { tellRevoked } from './forgetting';

/**
 * The addresses of the dispatch processes. A request goes to the door that answered last and, if that one does not
 * answer in time, to the next; orders carry an Idempotency-Key, so that asking twice does nothing twice.
 */
const KEPT = 'vigie.doors';
export const ANSWER_WITHIN_MS = 4000;
const NOT_HERE = new Set([502, 503, 504]);

export class Doors {
  private urls: string[];
  private last = 0;

  constructor(own: string, known: readonly string[] = []) {
    this.urls = [own];
    this.learn(known);
  }

  get all(): readonly string[] {
    return this.urls;
  }

  /** Adds doors that were not known. */
  learn(urls: readonly string[]): void {
    this.urls = [...new Set([...this.urls, ...urls])];
  }

  /** From the one that answered last on. */
  inTurn(): string[] {
    return [...this.urls.slice(this.last), ...this.urls.slice(0, this.last)];
  }

  answered(url: string): void {
    this.last = Math.max(0, this.urls.indexOf(url));
  }
}

export const doors = new Doors(location.origin, kept());

/** Asks once which doors there are; until then, and without a network, the ones of last time. */
export async function learnDoors(): Promise<void> {
  const answer = await throughDoors(new Request(`${location.origin}/v1/doors`)).catch(() => null);
  if (!answer?.ok) return;
  const { doors: found } = (await answer.json()) as { doors: string[] };
  doors.learn(found);
  localStorage.setItem(KEPT, JSON.stringify(found));
}

/** `fetch` through whichever door answers. Throws what the last one threw; one that is abandoned is not asked again. */
export async function throughDoors(
  request: Request,
  among: Doors = doors,
  within = ANSWER_WITHIN_MS,
): Promise<Response> {
  const body = request.body === null ? null : await request.arrayBuffer();
  const { pathname, search } = new URL(request.url);
  let failure: unknown = new TypeError('no door');
  let refused: Response | null = null;
  for (const door of among.inTurn()) {
    const limit = AbortSignal.timeout(within);
    const init = { method: request.method, headers: request.headers, body, credentials: 'include' as const };
    try {
      const signal = AbortSignal.any([request.signal, limit]);
      const answer = await fetch(door + pathname + search, { ...init, signal });
      if (answer.status === 401 && (await saysRevoked(answer))) tellRevoked();
      if (!NOT_HERE.has(answer.status)) {
        among.answered(door);
        return answer;
      }
      refused = answer;
    } catch (error) {
      if (request.signal.aborted) throw error;
      failure = error;
    }
  }
  if (refused !== null) return refused;
  throw failure;
}

/** The door took this badge back: the page must forget. Reads a copy of the answer. */
export async function saysRevoked(answer: Response): Promise<boolean> {
  const said: unknown = await answer
    .clone()
    .json()
    .catch(() => null);
  return typeof said === 'object' && said !== null && (said as { reason?: unknown }).reason === 'revoked';
}

function kept(): string[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEPT) ?? '[]');
    return Array.isArray(found) ? found.filter((url) => typeof url === 'string') : [];
  } catch {
    return []; // written by something else: the door's answer replaces it
  }
}
