import { afterEach, expect, it, vi } from 'vitest';
import { Doors, throughDoors } from '../src/api/doors';
import { problemOf, sentence } from '../src/api/problem';
import { language } from '../src/i18n/language.svelte';

afterEach(() => vi.unstubAllGlobals());

function answering(by: Record<string, number | 'away'>): string[] {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const body = init.body ? new TextDecoder().decode(init.body as ArrayBuffer) : '';
    asked.push(`${url} ${new Headers(init.headers).get('Idempotency-Key') ?? ''} ${body}`.trim());
    const status = by[new URL(url).origin];
    if (status === undefined || status === 'away') throw new TypeError('away');
    return new Response(null, { status });
  });
  return asked;
}

it('asks the other door with the same key and body, and stays with the one that answered', async () => {
  const doors = new Doors('http://a', ['http://a', 'http://b']);
  const asked = answering({ 'http://a': 'away', 'http://b': 200 });
  const order = () =>
    new Request('http://a/v1/x?y=1', { method: 'POST', body: '{}', headers: { 'Idempotency-Key': 'k' } });
  expect((await throughDoors(order(), doors)).status).toBe(200);
  await throughDoors(order(), doors);
  expect(asked).toEqual(['http://a/v1/x?y=1 k {}', 'http://b/v1/x?y=1 k {}', 'http://b/v1/x?y=1 k {}']);
});

it('goes on past a door whose database is away, and gives its answer if no other is better', async () => {
  const doors = new Doors('http://a', ['http://b']);
  answering({ 'http://a': 503, 'http://b': 200 });
  expect((await throughDoors(new Request('http://a/v1/x'), doors)).status).toBe(200);
  answering({ 'http://a': 503, 'http://b': 'away' });
  expect((await throughDoors(new Request('http://a/v1/x'), new Doors('http://a', ['http://b']))).status).toBe(503);
});

it('does not ask again for what was abandoned', async () => {
  const asked = answering({});
  const abandoned = AbortSignal.abort();
  const request = new Request('http://a/v1/x', { signal: abandoned });
  await expect(throughDoors(request, new Doors('http://a', ['http://b']))).rejects.toThrow();
  expect(asked.length).toBeLessThanOrEqual(1);
});

it('says a problem in the language of the screen, with what it carries', () => {
  const body = {
    type: 'urn:vigie:problem:changed',
    title: 'Modifié entre-temps / changed meanwhile',
    status: 412,
    detail: 'Relisez la fiche. / Read the card again.',
    changes: [{ actor: 'operateur-2' }],
  };
  const problem = problemOf(412, body);
  expect(problem.kind).toBe('changed');
  expect(problem.more['changes']).toEqual(body.changes);
  expect(sentence(problem)).toBe('Modifié entre-temps — Relisez la fiche.');
  language.choose('en');
  expect(sentence(problem)).toBe('changed meanwhile — Read the card again.');
  language.choose('fr');
});
