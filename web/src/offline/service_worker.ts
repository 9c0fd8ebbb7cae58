/// <reference lib="webworker" />
/**
 * Lets a page start in a dead spot: its files are kept, the API never is. A new version takes over when the person
 * says so, or when the page is opened next; not in the middle of a mission.
 */
const worker = self as unknown as ServiceWorkerGlobalScope;
const KEPT = '__KEPT_FILES__' as unknown as { page: string; version: string; files: string[] };
const OURS = `vigie-${KEPT.page}-`;
const CACHE = OURS + KEPT.version;
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
});

worker.addEventListener('fetch', (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== 'GET' || origin !== worker.location.origin) return;
  if (event.request.mode === 'navigate') event.respondWith(page(event.request));
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

async function forgetOthers(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(OURS) && name !== CACHE).map((old) => caches.delete(old)));
}
