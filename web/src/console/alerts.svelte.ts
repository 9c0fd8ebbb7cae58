import { spoken } from '../i18n/dictionary';
import type { Board, Incident } from '../live/board.svelte';
import { announcements } from '../ui/announcements.svelte';
import { unseenP1 } from './next';
import { placeOf } from './places';
import type { Sounds } from './sounds.svelte';
import { ringing } from './tones';
import { words } from './words';

/** What must not be missed: P1 that nobody has seen, new P2 that wait for a person, calls at kiosks. */
export class Alerts {
  /** Their sound is off; they are as little acknowledged as before, and the next one sounds again. */
  private silenced = $state.raw<ReadonlySet<string>>(new Set());

  readonly unseen = $derived.by(() =>
    [...this.board.incidents.values()].filter(unseenP1).sort((a, b) => (a.opened_at < b.opened_at ? -1 : 1)),
  );
  readonly waiting = $derived.by(() => [...this.board.kioskCalls.values()].filter((call) => call.state === 'waiting'));
  readonly loud = $derived(this.unseen.filter((one) => !this.silenced.has(one.incident_id)).length);
  readonly loudCalls = $derived(this.waiting.filter((one) => !this.silenced.has(one.kiosk_call_id)).length);
  /** How many are there without a sound. */
  readonly muted = $derived(this.unseen.length + this.waiting.length - this.loud - this.loudCalls);

  constructor(
    private readonly board: Board,
    private readonly sounds: Sounds,
  ) {}

  /** In an effect: what rings follows what waits. */
  follow(): void {
    this.sounds.ring(ringing(this.loud, this.loudCalls));
  }

  /** Silences what sounds now. It acknowledges nothing. */
  silence(): void {
    this.silenced = new Set([
      ...this.unseen.map((one) => one.incident_id),
      ...this.waiting.map((one) => one.kiosk_call_id),
    ]);
  }

  /** New ones since `known`: said aloud, and a P2 that waits for a person sounds once. */
  announce(known: ReadonlySet<string>): void {
    const fresh = [...this.board.incidents.values()].filter((one) => !known.has(one.incident_id));
    const p1 = fresh.filter(unseenP1);
    const latest = p1.at(-1);
    // A flood is one sentence: a reader that speaks for minutes tells nothing.
    if (latest !== undefined) announcements.say(p1.length > 1 ? words.newP1s(p1.length) : said(latest), 'urgent');
    if (p1.length === 0 && fresh.some(waitsForPerson)) this.sounds.play('p2');
  }
}

function said(incident: Incident): string {
  return words.newP1(spoken(incident.nature_fr, incident.nature_en), placeOf(incident));
}

function waitsForPerson(incident: Incident): boolean {
  return incident.priority === 'P2' && incident.acknowledged_at === null && incident.engagement !== 'automatic';
}
