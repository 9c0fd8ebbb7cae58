/** The three sounds of the room, as notes: hertz, when it begins and how long it lasts, in seconds. */
export interface Note {
  hz: number;
  at: number;
  lasts: number;
}

export const SOUNDS = {
  /** Life in danger: two rising pairs, repeated until it is seen or silenced. */
  p1: [
    { hz: 740, at: 0, lasts: 0.14 },
    { hz: 988, at: 0.16, lasts: 0.22 },
    { hz: 740, at: 0.5, lasts: 0.14 },
    { hz: 988, at: 0.66, lasts: 0.22 },
  ],
  /** Urgent, and somebody must decide: one falling pair, once. */
  p2: [
    { hz: 659, at: 0, lasts: 0.12 },
    { hz: 523, at: 0.14, lasts: 0.2 },
  ],
  /** Somebody waits at a kiosk: as a telephone rings. */
  call: [
    { hz: 440, at: 0, lasts: 0.35 },
    { hz: 480, at: 0, lasts: 0.35 },
  ],
} as const satisfies Record<string, readonly Note[]>;
export type Sound = keyof typeof SOUNDS;

export const EVERY_S: Record<Sound, number> = { p1: 4, p2: 0, call: 5 };

/** What rings now, most urgent first: at most one sound at a time. */
export function ringing(p1: number, calls: number): Sound | null {
  return p1 > 0 ? 'p1' : calls > 0 ? 'call' : null;
}
