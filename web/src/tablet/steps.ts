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

export function nextStep(state: State): Step | null {
  return NEXT[state] ?? null;
}

/** Where the officer is by his own taps: what waits to be sent counts for him already. */
export function stateAfter(state: State, waiting: readonly Step[]): State {
  return waiting.reduce((_, step) => REACHES[step], state);
}
