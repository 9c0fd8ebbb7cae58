/// <reference lib="webworker" />
/**
 * Lets the tablet's page start in a dead spot: its files are kept, the API never is. A new version takes over when the
 * page is opened next, not in the middle of a mission.
 */
const worker = self as unknown as ServiceWorkerGlobalScope;
const KEPT = '__KEPT_FILES__' as unknown as { version: string; files: string[] };
const CACHE = `vigie-tablette-${KEPT.version}`;
const PAGE = '/tablette/';
const NETWORK_WITHIN_MS = 1500;
/** Doors answer other origins differently (Vary: Origin); for a file whose name is its content that does not matter. */
const AS_KEPT = { ignoreVary: true };

worker.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(KEPT.files)));
});

worker.addEventListener('activate', (event) => {
  event.waitUntil(forgetOthers().then(() => worker.clients.claim()));
});

worker.addEventListener('fetch', (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== 'GET' || origin !== worker.location.origin) return;
  if (event.request.mode === 'navigate') event.respondWith(page(event.request));
  else if (pathname.startsWith('/assets/') || pathname === '/icon.svg' || pathname.endsWith('.webmanifest')) {
    event.respondWith(caches.match(event.request, AS_KEPT).then((kept) => kept ?? fetch(event.request)));
  }
});

/** From the door if it answers soon, so that its policy is the present one; else what is kept. */
async function page(request: Request): Promise<Response> {
  try {
    return await fetch(request, { signal: AbortSignal.timeout(NETWORK_WITHIN_MS) });
  } catch {
    return (await caches.match(PAGE, AS_KEPT)) ?? Response.error();
  }
}

async function forgetOthers(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(
    names.filter((name) => name.startsWith('vigie-tablette-') && name !== CACHE).map((old) => caches.delete(old)),
  );
}
