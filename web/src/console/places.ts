import type { Incident } from '../live/board.svelte';
import { words } from './words';

type Placed = Pick<Incident, 'address' | 'site' | 'sector'> & { place?: Place; position?: Place };
type Place = Incident['place'];

/** Where it is, as well as it is known: address, site, sector, at worst the position itself. */
export function placeOf(incident: Placed): string {
  const at = incident.place ?? incident.position;
  const known = incident.address ?? incident.site ?? incident.sector;
  return known ?? (at ? `${at.lat.toFixed(4)}, ${at.lon.toFixed(4)}` : words.noPlace);
}
