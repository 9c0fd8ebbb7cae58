import type { Feature, FeatureCollection, Point } from 'geojson';
import type { Coverage, Place, StreetChange } from '../api/shapes';
import type { Seen, Unit } from '../live/board.svelte';
import type { Sited } from './drawn';
import { unitImage } from './images';

/** A position older than this is stale (DOMAIN: 30 minutes). */
export const STALE_MS = 30 * 60_000;
const RANKS = { P1: 1, P2: 2, P3: 3, P4: 4 } as const;

/** What moves and changes, as GeoJSON. Pure: what is shown is decided here and tested. */
export function incidentFeatures(incidents: Iterable<Sited>): FeatureCollection<Point> {
  return collected(
    [...incidents].map(({ incident_id, priority, place, acknowledged_at }) =>
      at(place, { id: incident_id, priority, rank: RANKS[priority], seen: acknowledged_at !== null }),
    ),
  );
}

/** Units on duty. `now`: the door's time, milliseconds. */
export function unitFeatures(
  units: Iterable<Unit>,
  seen: ReadonlyMap<string, Seen>,
  now: number,
): FeatureCollection<Point> {
  return collected(
    [...units]
      .filter((unit) => unit.state !== 'off_duty')
      .map(({ unit, call_sign, kind, state, in_distress }) => {
        const last = seen.get(unit);
        const image = unitImage(kind !== 'patrol', state, isStale(last, now));
        return at(last?.place ?? null, { id: unit, sign: call_sign, image, distress: in_distress });
      }),
  );
}

export function isStale(seen: Seen | undefined, now: number): boolean {
  return seen === undefined || seen.at === null || now - Date.parse(seen.at) > STALE_MS;
}

/** Where too seldom a free unit is in reach. */
export function gapFeatures(gaps: Coverage['gaps']): FeatureCollection<Point> {
  return collected(gaps.map(({ position, name, chance }) => at(position, { name: name ?? '', chance })));
}

/** Names and ids of streets that are closed now, for a filter of the street layer, and circles for closed places. */
export function closures(changes: readonly StreetChange[], now: number): Closed {
  const closed = changes.filter((one) => isClosed(one, now));
  const around = closed.flatMap(({ streets, reason }) =>
    streets.around ? [at(streets.around, { reason, radius: streets.around.radius_m })] : [],
  );
  return {
    ids: closed.flatMap(({ streets }) => streets.ids ?? []),
    names: closed.flatMap(({ streets }) => (streets.name ? [streets.name] : [])),
    around: collected(around),
  };
}

/** A closure in force at the time `now`, milliseconds. */
export function isClosed(one: StreetChange, now: number): boolean {
  return one.closed && Date.parse(one.starts_at) <= now && Date.parse(one.ends_at) > now;
}

export interface Closed {
  ids: string[];
  names: string[];
  around: FeatureCollection<Point>;
}

function at(place: Pick<Place, 'lat' | 'lon'> | null, properties: Record<string, unknown>): Feature<Point> | null {
  if (place === null) return null;
  return { type: 'Feature', geometry: { type: 'Point', coordinates: [place.lon, place.lat] }, properties };
}

function collected(features: readonly (Feature<Point> | null)[]): FeatureCollection<Point> {
  return { type: 'FeatureCollection', features: features.filter((one) => one !== null) };
}
