import { api, settle } from '../api/client';
import { clock } from '../i18n/clock.svelte';
import type { Place } from '../api/shapes';
import { metres } from '../live/distance';

const AT_MOST_EVERY_MS = 5000;
/** A car that stands is still told of, so that its position does not grow stale. */
const STANDING_EVERY_MS = 60_000;
const MOVED_M = 20;

/**
 * Where this tablet is. Watched and told only while the unit is on duty; what a dead spot swallowed is not sent
 * afterwards, because only the newest position helps anybody.
 */
export class Whereabouts {
  last = $state.raw<Place | null>(null);
  /** When it was taken, RFC 3339. */
  takenAt = $state<string | null>(null);
  private watching: number | undefined;
  private told: { place: Place; at: number } | null = null;

  constructor(private readonly unit: string) {}

  start(): void {
    if (this.watching !== undefined || !('geolocation' in navigator)) return;
    this.watching = navigator.geolocation.watchPosition(
      ({ coords, timestamp }) => {
        const place = { lat: coords.latitude, lon: coords.longitude, accuracy_m: coords.accuracy };
        this.last = place;
        this.takenAt = new Date(timestamp + clock.exact() - Date.now()).toISOString();
        void this.tell(place, timestamp);
      },
      () => undefined, // refused or no satellite: dispatch shows the age of the last one
      { enableHighAccuracy: true, maximumAge: AT_MOST_EVERY_MS },
    );
  }

  stop(): void {
    if (this.watching !== undefined) navigator.geolocation.clearWatch(this.watching);
    this.watching = undefined;
    this.last = this.takenAt = null;
    this.told = null;
  }

  private async tell(place: Place, taken: number): Promise<void> {
    const now = Date.now();
    const since = this.told === null ? Infinity : now - this.told.at;
    const moved = this.told === null || metres(place, this.told.place) > MOVED_M;
    if (since < (moved ? AT_MOST_EVERY_MS : STANDING_EVERY_MS)) return;
    this.told = { place, at: now };
    const at = new Date(taken + clock.exact() - now).toISOString();
    const params = { path: { unit: this.unit } };
    const sent = await settle(api.PUT('/v1/units/{unit}/position', { params, body: { ...place, at } }));
    if (!sent.ok) this.told = null;
  }
}
