/** Two tones, every two seconds, until somebody answers. Browsers let a page sound only after it was touched once. */
const EVERY_MS = 2000;
const TONES = [
  { hz: 880, at: 0 },
  { hz: 660, at: 0.25 },
  { hz: 880, at: 0.5 },
] as const;
const SECONDS = 0.22;
const LOUD = 0.5;

export class Siren {
  private context: AudioContext | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;

  /** From the first touch on it may sound. */
  allow(): void {
    this.context ??= new AudioContext();
    void this.context.resume();
  }

  get sounding(): boolean {
    return this.timer !== undefined;
  }

  start(): void {
    if (this.sounding) return;
    this.once();
    this.timer = setInterval(() => this.once(), EVERY_MS);
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    navigator.vibrate?.(0);
  }

  private once(): void {
    navigator.vibrate?.([500, 150, 500]);
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
