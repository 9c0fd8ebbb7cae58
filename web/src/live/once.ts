import type { StreamEvent } from './follower';

/**
 * Takes each event once, from however many doors it comes. A door's stream is whole and in order after the position
 * that it was asked for, so an event that is not beyond the last one taken has been seen.
 */
export class Once {
  /** The last position taken; null before the first snapshot. */
  last: number | null = null;

  /** True if the event is new. Heartbeats are not events: they move nothing. */
  isNew(event: StreamEvent): boolean {
    if (event.position === null) return false;
    // The server's positions began anew (a restored backup): what was last means nothing any more.
    const anew = event.kind === 'reset' && event.data['reason'] === 'unknown_position';
    if (this.last !== null && event.position <= this.last && !anew) return false;
    this.last = event.position;
    return true;
  }
}
