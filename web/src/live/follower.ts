import { EventSourceParserStream } from 'eventsource-parser/stream';
import { saysRevoked } from '../api/doors';
import { tellRevoked } from '../api/forgetting';

/** The server beats each second: after two missed beats a connection counts as dead. */
export const SILENT_MS = 2500;
/** A page that was itself busy for longer than that has unread beats: it reads them before it judges. */
const STALLED_MS = 250;

/** One event of the stream. `position` is its place; heartbeats have none of their own. */
export interface StreamEvent {
  kind: string;
  data: { position: number; at?: string; [member: string]: unknown };
  position: number | null;
}

/** Why a connection ended. */
export type Ending = 'signed_out' | 'refused' | 'broken' | 'silent' | 'stopped';

export interface Listening {
  door: string;
  /** Only this unit's part. */
  unit?: string | undefined;
  /** The last position taken; null asks for a snapshot. */
  after: number | null;
  signal: AbortSignal;
  take(event: StreamEvent): void;
}

/** Follows one door until the connection ends or falls silent. Never throws. */
export async function listen(to: Listening): Promise<Ending> {
  const silence = new AbortController();
  const signal = AbortSignal.any([to.signal, silence.signal]);
  const silent = watch(() => silence.abort());
  try {
    const answer = await fetch(address(to), {
      headers: headers(to),
      credentials: 'include',
      signal,
      cache: 'no-store',
    });
    if (answer.status === 401) {
      if (await saysRevoked(answer)) tellRevoked();
      return 'signed_out';
    }
    if (!answer.ok || answer.body === null) return 'refused';
    const reader = answer.body
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream())
      .getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return 'broken';
      silent.again();
      const data = JSON.parse(value.data) as StreamEvent['data'];
      to.take({ kind: value.event ?? 'message', data, position: value.id === undefined ? null : Number(value.id) });
    }
  } catch {
    return to.signal.aborted ? 'stopped' : silence.signal.aborted ? 'silent' : 'broken';
  } finally {
    silent.stop();
    silence.abort();
  }
}

/** Calls `end` after SILENT_MS without `again`. A call that comes late was held up by the page, not by the door. */
function watch(end: () => void): { again(): void; stop(): void } {
  let due = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = (ms: number, then: () => void): void => {
    clearTimeout(timer);
    due = performance.now() + ms;
    timer = setTimeout(then, ms);
  };
  const over = (): void => {
    if (performance.now() - due < STALLED_MS) end();
    else wait(STALLED_MS, end);
  };
  const again = (): void => wait(SILENT_MS, over);
  again();
  return { again, stop: () => clearTimeout(timer) };
}

function address(to: Listening): string {
  return `${to.door}/v1/stream${to.unit === undefined ? '' : `?unit=${encodeURIComponent(to.unit)}`}`;
}

function headers(to: Listening): Record<string, string> {
  return { Accept: 'text/event-stream', ...(to.after === null ? {} : { 'Last-Event-ID': String(to.after) }) };
}
