/**
 * Two tones, every two seconds, until somebody answers. Browsers let a page sound only after it was touched once: signing
 * in does, a restart does not, and `locked` says so until then.
 */
const EVERY_MS = 2000;
const TONES = [
  { hz: 880, at: 0 },
  { hz: 660, at: 0.25 },
  { hz: 880, at: 0.5 },
] as const;
const SECONDS = 0.22;
const LOUD = 0.5;
const SOON_MS = 500;

export class Siren {
  /** Nothing can be heard: the browser waits for a touch. */
  locked = $state(false);
  private context: AudioContext | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;

  /** For as long as the page lives. */
  open(): () => void {
    const context = (this.context = new AudioContext());
    const told = (): void => this.look();
    context.addEventListener('statechange', told);
    void context.resume();
    // It starts within a moment where it may: no mark that only flashes.
    const soon = setTimeout(told, SOON_MS);
    return () => {
      clearTimeout(soon);
      this.context = null;
      void context.close();
    };
  }

  /** From the first touch on it may sound. */
  allow(): void {
    void this.context?.resume();
  }

  get sounding(): boolean {
    return this.timer !== undefined;
  }

  start(): void {
    if (this.sounding) return;
    this.once();
    this.timer = setInterval(() => {
      this.look();
      this.once();
    }, EVERY_MS);
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    if (navigator.userActivation.hasBeenActive) navigator.vibrate?.(0);
  }

  private look(): void {
    this.locked = this.context?.state !== 'running';
  }

  private once(): void {
    // Before a touch it is refused, and the browser complains.
    if (navigator.userActivation.hasBeenActive) navigator.vibrate?.([500, 150, 500]);
    const context = this.context;
    if (context?.state !== 'running') return;
    for (const { hz, at } of TONES) {
      const tone = new OscillatorNode(context, { type: 'square', frequency: hz });
      tone.connect(new GainNode(context, { gain: LOUD })).connect(context.destination);
      tone.start(context.currentTime + at);
      tone.stop(context.currentTime + at + SECONDS);
    }
  }
}
