/** Asked while the page stays open for a whole shift. */
const ASK_EVERY_MS = 15 * 60_000;

/**
 * The page's own files, kept for dead spots, and a newer version of them. It never takes over by itself: the person
 * says when, and nobody is asked in the middle of a mission.
 */
class Version {
  /** A newer one is on this device and waits. */
  waiting = $state(false);
  private worker: ServiceWorker | null = null;

  /** Needs https or this machine; elsewhere the page works, but cannot start without a network. */
  async keep(script: string): Promise<void> {
    if (!('serviceWorker' in navigator) || !import.meta.env.PROD) return;
    const kept = await navigator.serviceWorker.register(script);
    this.look(kept);
    kept.addEventListener('updatefound', () => {
      const fresh = kept.installing;
      fresh?.addEventListener('statechange', () => this.look(kept));
    });
    setInterval(() => void kept.update().catch(() => undefined), ASK_EVERY_MS);
  }

  /** What the page loads on demand is kept too: called when the page stands and the line is there. */
  async keepRest(): Promise<void> {
    if (!('serviceWorker' in navigator) || !import.meta.env.PROD) return;
    const { active } = await navigator.serviceWorker.ready;
    active?.postMessage('keep the rest');
  }

  /** The person agrees: the new one takes over, and the page starts again with it. */
  change(): void {
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
    this.worker?.postMessage('take over');
  }

  private look({ waiting }: ServiceWorkerRegistration): void {
    // Without a controller it is the first one, which takes over by itself.
    this.waiting = waiting !== null && navigator.serviceWorker.controller !== null;
    this.worker = waiting;
  }
}

export const version = new Version();
