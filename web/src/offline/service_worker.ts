/// <reference lib="webworker" />
/**
 * Lets a page start in a dead spot: its files are kept, and of the API only what a map draws, asked for anew each time. A
 * new version takes over when the person says so, or when the page is opened next; not in the middle of a mission.
 */
const worker = self as unknown as ServiceWorkerGlobalScope;
const KEPT = '__KEPT_FILES__' as unknown as { page: string; version: string; files: string[]; later: string[] };
const OURS = `vigie-${KEPT.page}-`;
const CACHE = OURS + KEPT.version;
/** The city's places: they outlive a new version of the page. */
const CITY = `vigie-city-${KEPT.page}`;
const NETWORK_WITHIN_MS = 1500;
/** Doors answer other origins differently (Vary: Origin); for a file whose name is its content that does not matter. */
const AS_KEPT = { ignoreVary: true };

worker.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(KEPT.files)));
});

worker.addEventListener('activate', (event) => {
  event.waitUntil(forgetOthers().then(() => worker.clients.claim()));
});

worker.addEventListener('message', (event) => {
  if (event.data === 'take over') void worker.skipWaiting();
  if (event.data === 'keep the rest') event.waitUntil(keepRest());
});

worker.addEventListener('fetch', (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== 'GET' || origin !== worker.location.origin) return;
  if (event.request.mode === 'navigate') event.respondWith(page(event.request));
  else if (pathname.startsWith('/v1/map/')) event.respondWith(city(event.request));
  else if (pathname.startsWith('/assets/') || pathname.startsWith('/icon') || pathname.endsWith('.webmanifest')) {
    event.respondWith(caches.match(event.request, AS_KEPT).then((kept) => kept ?? fetch(event.request)));
  }
});

/** From the door if it answers soon, so that its policy is the present one; else what is kept. */
async function page(request: Request): Promise<Response> {
  try {
    return await fetch(request, { signal: AbortSignal.timeout(NETWORK_WITHIN_MS) });
  } catch {
    return (await caches.match(`/${KEPT.page}/`, AS_KEPT)) ?? Response.error();
  }
}

/** What is loaded on demand, such as the map: kept once the page stands, so that a start never waits for it. */
async function keepRest(): Promise<void> {
  const cache = await caches.open(CACHE);
  const kept = await Promise.all(KEPT.later.map((file) => cache.match(file, AS_KEPT)));
  await Promise.allSettled(KEPT.later.filter((_, at) => kept[at] === undefined).map((file) => cache.add(file)));
}

/** The door's answer, kept for dead spots; without one, the last that was kept. */
async function city(request: Request): Promise<Response> {
  const cache = await caches.open(CITY);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(NETWORK_WITHIN_MS) });
    if (answer.ok) await cache.put(request, answer.clone());
    return answer;
  } catch {
    return (await cache.match(request, AS_KEPT)) ?? Response.error();
  }
}

async function forgetOthers(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(OURS) && name !== CACHE).map((old) => caches.delete(old)));
}
