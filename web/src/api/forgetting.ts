/**
 * A tablet whose badge was taken back holds nothing any more: taps, cards, pictures, files, settings. It reloads, so that
 * nothing lives on in memory either, and what was still being written is written to nowhere.
 */
const TOLD = 'vigie:revoked';
/** The one thing that stays: which unit this tablet was, so that its officer can still call for help. */
export const HELP = 'vigie.help';
const LAST_CALLS_MS = 10_000;
const first: (() => Promise<unknown>)[] = [];

/** What must be tried before anything is forgotten: a call for help that waits. */
export function beforeForgetting(act: () => Promise<unknown>): void {
  first.push(act);
}

/** A door said so; whoever hears it first tells the page. */
export function tellRevoked(): void {
  dispatchEvent(new Event(TOLD));
}

/** Once told, the page forgets and begins anew. */
export function forgetWhenTold(): void {
  addEventListener(TOLD, () => void forgetAll().finally(() => location.reload()), { once: true });
}

/** Empties what this origin keeps in the browser. The badge itself is a cookie, out of reach of scripts. */
export async function forgetAll(): Promise<void> {
  const bounded = new Promise((then) => setTimeout(then, LAST_CALLS_MS));
  await Promise.race([bounded, Promise.allSettled(first.map((act) => act()))]);
  const unit = localStorage.getItem(HELP);
  localStorage.clear();
  if (unit !== null) localStorage.setItem(HELP, unit);
  sessionStorage.clear();
  // One that cannot be emptied must not keep the others: the next start of the page tries again.
  await Promise.allSettled([databases(), files(), workers()]);
}

async function databases(): Promise<void> {
  const found = await indexedDB.databases();
  await Promise.all(found.map(({ name }) => (name === undefined ? undefined : gone(name))));
}

/** Connections that are still open close when they are told (`offline/shelf`). */
function gone(name: string): Promise<void> {
  return new Promise((then, fail) => {
    const asked = indexedDB.deleteDatabase(name);
    asked.onsuccess = () => then();
    asked.onerror = () => fail(new Error(name));
  });
}

async function files(): Promise<void> {
  if (!('caches' in window)) return;
  await Promise.all((await caches.keys()).map((name) => caches.delete(name)));
}

async function workers(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  const found = await navigator.serviceWorker.getRegistrations();
  await Promise.all(found.map((one) => one.unregister()));
}
