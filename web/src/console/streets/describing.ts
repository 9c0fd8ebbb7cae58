import type { Pack, StreetChange } from '../../api/shapes';
import { placesOf } from '../parts/places';
import { metresBetween } from '../parts/plan';
import { words } from './words';

/** Which streets a change is about, as people say it. */
export function streetsOf(change: StreetChange, packs: readonly Pack[]): string {
  const { name, ids, around } = change.streets;
  if (name) return name;
  if (ids && ids.length > 0) {
    const known = packs.flatMap((pack) => pack.streets ?? []);
    return ids.map((id) => known.find((street) => street.id === id)?.name ?? id).join(', ');
  }
  if (!around) return '';
  const places = packs.flatMap((pack) => placesOf(pack)).filter((place) => place.kind !== 'sector');
  const [near] = places.sort((a, b) => metresBetween(a, around) - metresBetween(b, around));
  return words.around(around.radius_m, near?.name ?? `${around.lat}, ${around.lon}`);
}

/** What it does to whoever drives there. */
export function effectOf(change: StreetChange): string {
  if (change.closed) return change.profiles.includes('lights') ? words.closed : words.closedPriority;
  if (change.speed_kmh !== null) return words.speed(change.speed_kmh);
  return words.factor(Math.round((change.factor ?? 1) * 100));
}
