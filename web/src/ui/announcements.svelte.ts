/** What a screen reader says without the focus moving. */
class Announcements {
  polite = $state('');
  urgent = $state('');

  /** `urgent` interrupts: a new P1, a lost line. */
  say(text: string, how: 'polite' | 'urgent' = 'polite'): void {
    // The same words twice are said twice: a no-break space makes them different.
    this[how] = this[how] === text ? `${text}\u00a0` : text;
  }
}

export const announcements = new Announcements();
