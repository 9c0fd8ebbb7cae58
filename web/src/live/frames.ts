/** Hidden pages get no frames. */
const HIDDEN_MS = 250;

/**
 * Collects what arrives and hands it on once per frame: twenty events in one frame draw once. What is handed on keeps
 * its order.
 */
export class Frames<T> {
  private waiting: T[] = [];
  private asked = false;

  constructor(
    private readonly handOn: (items: T[]) => void,
    private readonly ask: (then: () => void) => void = nextFrame,
  ) {}

  add(item: T): void {
    this.waiting.push(item);
    if (this.asked) return;
    this.asked = true;
    this.ask(() => this.flush());
  }

  flush(): void {
    this.asked = false;
    const items = this.waiting;
    this.waiting = [];
    if (items.length > 0) this.handOn(items);
  }
}

function nextFrame(then: () => void): void {
  if (document.visibilityState === 'visible') requestAnimationFrame(then);
  else setTimeout(then, HIDDEN_MS);
}
