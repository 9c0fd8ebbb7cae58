/**
 * One clock for all ages on the screen: it ticks once a second, on the second, by the door's time. A device's own clock
 * may be wrong by minutes; heartbeats say by how much.
 */
class Clock {
  /** Milliseconds since 1970 by the door's clock, a whole second. */
  now = $state(0);
  private ahead = 0;

  constructor() {
    this.tick();
  }

  /** The door says that it is `at`; what travelled long tells less, so a small difference changes nothing. */
  correct(at: string): void {
    const ahead = Date.parse(at) - Date.now();
    if (Number.isFinite(ahead) && Math.abs(ahead - this.ahead) > 400) {
      this.ahead = ahead;
      this.now = this.exact();
    }
  }

  /** The same time, to the millisecond, for what is reported. */
  exact(): number {
    return Date.now() + this.ahead;
  }

  private tick(): void {
    this.now = this.exact();
    setTimeout(() => this.tick(), 1000 - (this.now % 1000));
  }
}

export const clock = new Clock();

/** Seconds since `at`; grows by itself where it is shown. */
export function age(at: string | number): number {
  return (clock.now - (typeof at === 'number' ? at : Date.parse(at))) / 1000;
}
