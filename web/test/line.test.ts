import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { StreamEvent } from '../src/live/follower';
import { Line } from '../src/live/line.svelte';
import { door, EMPTY, type Door } from './stream';

let doors: Map<string, Door>;
let asked: { url: string; after: string | null }[];
let taken: StreamEvent[];
let signedOut: number;

/** Answers each connection with a fresh door, unless it is closed. */
function open(closed: Set<string> = new Set()): void {
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    const origin = new URL(url).origin;
    asked.push({ url, after: new Headers(init.headers).get('Last-Event-ID') });
    if (closed.has(origin)) return Promise.reject(new TypeError('closed'));
    const made = door();
    init.signal?.addEventListener('abort', () => made.abandon());
    doors.set(origin, made);
    return Promise.resolve(made.response);
  });
}

function line(follow: 'one' | 'all'): Line {
  return new Line({
    doors: () => ['http://a', 'http://b'],
    follow,
    unit: follow === 'all' ? 'pm-11' : undefined,
    take: (events) => taken.push(...events),
    signedOut: () => signedOut++,
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  doors = new Map();
  asked = [];
  taken = [];
  signedOut = 0;
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const settle = (ms = 50): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

describe('a console', () => {
  it('changes over to the other door after two missed heartbeats, and goes on from the last position', async () => {
    open();
    const made = line('one');
    made.start();
    await settle();
    doors.get('http://a')?.send('reset', { position: 7, reason: 'first', snapshot: EMPTY }, 7);
    doors.get('http://a')?.send('incident', { position: 9 }, 9);
    await settle();
    expect(made.live).toBe(true);
    await settle(1500);
    expect(made.live).toBe(true);
    await settle(1500);
    expect(asked.map(({ url }) => new URL(url).origin)).toEqual(['http://a', 'http://b']);
    expect(asked[1]?.after).toBe('9');
    expect(taken.map(({ position }) => position)).toEqual([7, 9]);
    made.stop();
  });

  it('reads what waits after the page itself stalled, before it calls the door silent', async () => {
    open();
    const made = line('one');
    made.start();
    await settle();
    doors.get('http://a')?.send('heartbeat', { position: 1 });
    await settle();
    const now = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => now() + 3000);
    await settle(2600);
    doors.get('http://a')?.send('heartbeat', { position: 1 });
    await settle();
    expect([made.live, asked.length]).toEqual([true, 1]);
    // The door is silent, and the page was not busy. Streams are read in real time: a beat may be heard a step later.
    for (let turn = 0; asked.length < 2 && turn < 50; turn++) await settle(100);
    expect(asked.length).toBe(2);
    made.stop();
  });

  it('says that nothing is live, and how old what is shown is, while no door answers', async () => {
    open();
    const made = line('one');
    made.start();
    await settle();
    doors.get('http://a')?.send('heartbeat', { position: 1, at: new Date().toISOString() });
    await settle();
    const heard = made.heardAt;
    open(new Set(['http://a', 'http://b']));
    doors.get('http://a')?.end();
    await settle(60_000);
    expect(made.live).toBe(false);
    expect(made.heardAt).toBe(heard);
    expect(asked.length).toBeLessThan(120);
    open();
    const before = asked.length;
    while (asked.length === before) await settle(100);
    doors.get(new URL(asked.at(-1)?.url ?? '').origin)?.send('heartbeat', { position: 1 });
    await settle();
    expect(made.live).toBe(true);
    made.stop();
  });
});

describe('a tablet', () => {
  it('listens to both doors and takes each event once, in order', async () => {
    open();
    const made = line('all');
    made.start();
    await settle();
    for (const one of doors.values()) one.send('reset', { position: 5, reason: 'first', snapshot: EMPTY }, 5);
    doors.get('http://b')?.send('assignment', { position: 6 }, 6);
    doors.get('http://b')?.send('assignment', { position: 8 }, 8);
    await settle();
    doors.get('http://a')?.send('assignment', { position: 6 }, 6);
    doors.get('http://a')?.send('assignment', { position: 8 }, 8);
    doors.get('http://a')?.send('assignment', { position: 9 }, 9);
    await settle();
    expect(taken.map(({ kind, position }) => `${kind} ${position}`)).toEqual([
      'reset 5',
      'assignment 6',
      'assignment 8',
      'assignment 9',
    ]);
    expect(asked.every(({ url }) => url.endsWith('/v1/stream?unit=pm-11'))).toBe(true);
    expect(made.hearing).toEqual(['http://a', 'http://b']);
    made.stop();
  });

  it('stays live on one door while the other is away', async () => {
    open(new Set(['http://a']));
    const made = line('all');
    made.start();
    await settle();
    doors.get('http://b')?.send('heartbeat', { position: 1 });
    await settle();
    expect([made.live, made.hearing]).toEqual([true, ['http://b']]);
    made.stop();
  });

  it('takes a reset of a server whose positions began anew', async () => {
    open();
    const made = line('all');
    made.resume(900, Date.now());
    made.start();
    await settle();
    expect(asked.map(({ after }) => after)).toEqual(['900', '900']);
    doors.get('http://a')?.send('reset', { position: 3, reason: 'unknown_position', snapshot: EMPTY }, 3);
    doors.get('http://a')?.send('assignment', { position: 4 }, 4);
    await settle();
    expect(taken.map(({ position }) => position)).toEqual([3, 4]);
    made.stop();
  });
});

it('says so when the door does not know us any more', async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('{}', { status: 401 })));
  const made = line('one');
  made.start();
  await settle();
  made.stop();
  expect(signedOut).toBeGreaterThan(0);
});
