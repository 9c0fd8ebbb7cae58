import { EVERY_S, SOUNDS, type Sound } from './tones';

const KEPT = 'vigie.volume';
export const VOLUMES = [0.25, 0.5, 0.75, 1] as const;

/**
 * Sounds by WebAudio: nothing is loaded. Browsers let a page sound only after somebody touched it; signing in does, a
 * reload does not: `locked` says so until the next key or click.
 */
export class Sounds {
  volume = $state(kept());
  /** Nothing can be heard: the browser waits for a touch. */
  locked = $state(true);
  /** What rings again and again. */
  ringing = $state<Sound | null>(null);
  private context: AudioContext | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;

  /** For as long as the page lives. */
  listen(): () => void {
    const context = (this.context = new AudioContext());
    const told = (): void => void (this.locked = context.state !== 'running');
    const touch = (): void => void context.resume();
    context.addEventListener('statechange', told);
    addEventListener('keydown', touch);
    addEventListener('pointerdown', touch);
    told();
    void context.resume();
    return () => {
      removeEventListener('keydown', touch);
      removeEventListener('pointerdown', touch);
      clearInterval(this.timer);
      void context.close();
    };
  }

  /** Rings until it is told otherwise. */
  ring(sound: Sound | null): void {
    if (sound === this.ringing) return;
    clearInterval(this.timer);
    this.ringing = sound;
    if (sound === null) return;
    this.play(sound);
    this.timer = setInterval(() => this.play(sound), EVERY_S[sound] * 1000);
  }

  play(sound: Sound): void {
    const context = this.context;
    if (context === null || context.state !== 'running') return;
    for (const { hz, at, lasts } of SOUNDS[sound]) {
      const begin = context.currentTime + at;
      const tone = new OscillatorNode(context, { frequency: hz, type: 'triangle' });
      const gain = new GainNode(context, { gain: 0 });
      // A short rise and fall: a tone that is cut clicks.
      gain.gain.setTargetAtTime(this.volume * 0.6, begin, 0.01);
      gain.gain.setTargetAtTime(0, begin + lasts - 0.04, 0.015);
      tone.connect(gain).connect(context.destination);
      tone.start(begin);
      tone.stop(begin + lasts + 0.05);
    }
  }

  setVolume(volume: number): void {
    this.volume = volume;
    localStorage.setItem(KEPT, String(volume));
    this.play('p2');
  }
}

function kept(): number {
  const found = Number(localStorage.getItem(KEPT));
  return VOLUMES.find((one) => one === found) ?? 0.75;
}
