import type { Assignment, Step } from '../api/shapes';

export type State = Assignment['state'];

/** The one button of each state; none once it is over. */
const NEXT: Partial<Record<State, Step>> = {
  offered: 'accept',
  accepted: 'en-route',
  en_route: 'on-scene',
  on_scene: 'clear',
};
const REACHES: Record<Step, State> = {
  accept: 'accepted',
  decline: 'declined',
  'en-route': 'en_route',
  'on-scene': 'on_scene',
  clear: 'cleared',
};
/** In the order of the way, for the progress that the officer sees. */
export const WAY = ['accept', 'en-route', 'on-scene'] as const satisfies readonly Step[];

/** Why a unit does not come, as dispatch names it. */
export const DECLINES = ['busy', 'too_far', 'vehicle', 'not_equipped', 'end_of_shift', 'other'] as const;
export type Decline = (typeof DECLINES)[number];

export function isStep(what: string): what is Step {
  return what in REACHES;
}

export function nextStep(state: State): Step | null {
  return NEXT[state] ?? null;
}

/** How many steps of the way are done. */
export function doneOf(state: State): number {
  const done = WAY.findIndex((step) => NEXT[state] === step);
  return done < 0 ? WAY.length : done;
}

/** Where the officer is by his own taps: what waits to be sent counts for him already. */
export function stateAfter(state: State, waiting: readonly Step[]): State {
  return waiting.reduce((_, step) => REACHES[step], state);
}
