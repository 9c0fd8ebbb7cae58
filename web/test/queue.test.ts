import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Problem } from '../src/api/problem';
import type { Entry } from '../src/offline/entry';
import { Queue, sendCalls, sendEntry, type Answer } from '../src/offline/queue.svelte';
import { inMemory, type Shelf } from '../src/offline/shelf';

let shelf: Shelf;
let sent: string[];
let answers: (entry: Entry) => Answer;
let told: string[];

function queue(account = 'pm-11'): Queue {
  const events = {
    answered: (entry: Entry, answer: Answer) => void told.push(`${entry.what} ${answer.status}`),
    refused: (entry: Entry, problem: Problem) => told.push(`${entry.what} refused ${problem.kind}`),
    signedOut: () => told.push('signed out'),
  };
  return new Queue(shelf, account, events, (entry) => {
    sent.push(`${entry.what} ${entry.key}`);
    return Promise.resolve(answers(entry));
  });
}

const wish = (what: string, urgent = false) => ({
  method: 'POST' as const,
  path: `/v1/assignments/a-1/${what}`,
  body: { epoch: 3 },
  about: 'a-1',
  what,
  urgent,
});
const steps = (): string[] => sent.map((one) => one.split(' ')[0] ?? '');

beforeEach(() => {
  vi.useFakeTimers();
  shelf = inMemory();
  sent = [];
  told = [];
  answers = () => ({ status: 200, body: {} });
});
afterEach(() => vi.useRealTimers());

describe('what is sent', () => {
  it("bears the alarm's trace, so that the door goes on with it, and none where the alarm had none", async () => {
    const traces: (string | null)[] = [];
    vi.stubGlobal('fetch', async (_: string, init: RequestInit) => {
      traces.push(new Headers(init.headers).get('traceparent'));
      return new Response('{}', { status: 200 });
    });
    const traced = { ...wish('accept'), trace: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' };
    const events = { answered: () => undefined, refused: () => undefined, signedOut: () => undefined };
    const waiting = new Queue(shelf, 'pm-11', events, sendEntry);
    await waiting.add(traced);
    await waiting.add(wish('en_route'));
    await vi.waitFor(() => {
      expect(traces).toEqual([traced.trace, null]);
    });
    waiting.close();
    vi.unstubAllGlobals();
  });
});

describe('before a withdrawn tablet forgets', () => {
  it('sends the calls for help that wait, again until a door answers, and nothing else', async () => {
    answers = () => ({ status: 0, body: null });
    const waiting = queue();
    await waiting.add(wish('distress', true));
    await waiting.add(wish('accept'));
    await vi.advanceTimersByTimeAsync(0);
    waiting.close();
    sent = [];
    const tried: string[] = [];
    let over = false;
    const sending = sendCalls(shelf, (entry) => {
      tried.push(entry.what);
      return Promise.resolve({ status: tried.length < 3 ? 0 : 201, body: {} });
    }).then(() => (over = true));
    await vi.advanceTimersByTimeAsync(1500);
    expect([tried, over]).toEqual([['distress', 'distress'], false]);
    await vi.advanceTimersByTimeAsync(1000);
    await sending;
    expect([tried, over]).toEqual([['distress', 'distress', 'distress'], true]);
  });
});

describe('the queue', () => {
  it('keeps an entry until what its answer says is kept: a page restarted in between asks again by the same key', async () => {
    const stuck = new Queue(
      shelf,
      'pm-11',
      { answered: () => new Promise(() => undefined), refused: () => undefined, signedOut: () => undefined },
      (entry) => (sent.push(`${entry.what} ${entry.key}`), Promise.resolve({ status: 200, body: { applied: false } })),
    );
    await stuck.add(wish('accept'));
    await vi.advanceTimersByTimeAsync(0);
    expect((await shelf.entries()).map((entry) => entry.what)).toEqual(['accept']);
    const again = queue();
    await again.open();
    await vi.advanceTimersByTimeAsync(0);
    expect([sent.length, new Set(sent).size]).toEqual([2, 1]);
    expect([told, await shelf.entries()]).toEqual([['accept 200'], []]);
  });

  it('goes on where what an answer says cannot be kept', async () => {
    const reported = vi.fn();
    vi.stubGlobal('reportError', reported);
    const full = new Queue(
      shelf,
      'pm-11',
      {
        answered: () => Promise.reject(new DOMException('full', 'QuotaExceededError')),
        refused: () => undefined,
        signedOut: () => undefined,
      },
      (entry) => (sent.push(entry.what), Promise.resolve({ status: 200, body: {} })),
    );
    await full.add(wish('accept'));
    await full.add(wish('en-route'));
    await vi.advanceTimersByTimeAsync(0);
    expect([sent, await shelf.entries()]).toEqual([['accept', 'en-route'], []]);
    expect(reported).toHaveBeenCalledTimes(2);
    vi.unstubAllGlobals();
  });

  it('keeps taps made without a network, with their own time and key, and sends them in order when it is back', async () => {
    answers = () => ({ status: 0, body: null });
    const made = queue();
    vi.setSystemTime(new Date('2026-03-01T20:00:00Z'));
    await made.add(wish('accept'));
    vi.setSystemTime(new Date('2026-03-01T20:01:00Z'));
    await made.add(wish('en-route'));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(made.waiting.map((entry) => entry.what)).toEqual(['accept', 'en-route']);
    expect((await shelf.entries()).length).toBe(2);
    expect(new Set(sent).size).toBe(1);
    const times = made.entries.map((entry) => Date.parse(String(entry.body['at'])));
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBe(60_000);
    sent = [];
    answers = () => ({ status: 200, body: {} });
    made.wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(steps()).toEqual(['accept', 'en-route']);
    expect(made.entries).toEqual([]);
    expect(await shelf.entries()).toEqual([]);
  });

  it('sends distress before everything else', async () => {
    answers = () => ({ status: 0, body: null });
    const made = queue();
    await made.add(wish('accept'));
    await made.add(wish('distress', true));
    sent = [];
    answers = () => ({ status: 202, body: {} });
    made.wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(steps()).toEqual(['distress', 'accept']);
  });

  it('goes on after a restart of the page with the same keys', async () => {
    answers = () => ({ status: 503, body: null });
    await queue().add(wish('accept'));
    const first = [...sent];
    answers = () => ({ status: 200, body: {} });
    const again = queue();
    await again.open();
    await vi.advanceTimersByTimeAsync(0);
    expect(sent.at(-1)).toBe(first[0]);
    expect(told).toEqual(['accept 200']);
  });

  it('shows what was refused and sends the rest', async () => {
    answers = (entry) =>
      entry.what === 'accept'
        ? { status: 409, body: { type: 'urn:vigie:problem:not-allowed', title: 'Étape impossible / not allowed' } }
        : { status: 200, body: {} };
    const made = queue();
    await made.add(wish('accept'));
    await made.add(wish('en-route'));
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toEqual(['accept refused not-allowed', 'en-route 200']);
    expect(made.entries.map((entry) => entry.state)).toEqual(['refused']);
    await made.dismiss(made.entries[0]?.key ?? '');
    expect(await shelf.entries()).toEqual([]);
  });

  it('keeps everything until one signs in again, and sends nothing in another’s name', async () => {
    answers = () => ({ status: 401, body: null });
    const made = queue('pm-11');
    await made.add(wish('accept'));
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toEqual(['signed out']);
    sent = [];
    answers = () => ({ status: 200, body: {} });
    const other = queue('pm-12');
    await other.open();
    await vi.advanceTimersByTimeAsync(0);
    expect([sent, other.entries]).toEqual([[], []]);
    expect((await shelf.entries()).length).toBe(1);
  });

  it('does not let a photo on a thin line hold up a step, nor anything hold up distress', async () => {
    let upload: (answer: Answer) => void = () => undefined;
    const made = new Queue(
      shelf,
      'pm-11',
      { answered: () => undefined, refused: () => undefined, signedOut: () => undefined },
      (entry) => {
        sent.push(`${entry.what} ${entry.key}`);
        return entry.picture === undefined
          ? Promise.resolve({ status: 200, body: {} })
          : new Promise((then) => (upload = then));
      },
    );
    await made.add({
      ...wish('photo'),
      path: '/v1/incidents/i/attachments?kind=photo',
      picture: new Blob(['x'], { type: 'image/jpeg' }),
    });
    await vi.advanceTimersByTimeAsync(0);
    await made.add(wish('clear'));
    await made.add(wish('distress', true));
    await vi.advanceTimersByTimeAsync(0);
    expect(steps()).toEqual(['photo', 'clear', 'distress']);
    expect(made.waiting.map((entry) => entry.what)).toEqual(['photo']);
    expect(made.waiting[0]?.path).toContain('&taken_at=');
    upload({ status: 201, body: {} });
    await vi.advanceTimersByTimeAsync(0);
    expect(made.entries).toEqual([]);
  });

  it('never takes a no for distress', async () => {
    answers = () => ({ status: 403, body: {} });
    const made = queue();
    await made.add(wish('distress', true));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(made.waiting.map((entry) => entry.what)).toEqual(['distress']);
    expect(sent.length).toBeGreaterThan(4);
    expect(new Set(sent).size).toBe(1);
  });
});
