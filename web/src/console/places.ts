import type { Incident } from '../live/board.svelte';
import { pack } from './pack.svelte';
import { words } from './words';

type Placed = Pick<Incident, 'address' | 'site' | 'sector'> & { place?: Place; position?: Place };
type Place = Incident['place'];

/** Where it is, as well as it is known: address, site, sector, at worst the position itself. */
export function placeOf(incident: Placed): string {
  const at = incident.place ?? incident.position;
  const site = incident.site === null ? null : pack.nameOf(`site:${incident.site}`);
  const sector = incident.sector === null ? null : pack.nameOf(`sector:${incident.sector}`);
  const known = incident.address ?? site ?? sector;
  return known ?? (at ? `${at.lat.toFixed(4)}, ${at.lon.toFixed(4)}` : words.noPlace);
}
