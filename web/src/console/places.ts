import type { Incident } from '../live/board.svelte';
import { pack } from './pack.svelte';
import { words } from './words';

interface Placed {
  address: string | null;
  site?: string | null;
  sector: string | null;
  place?: Place | undefined;
  position?: Place | undefined;
}
type Place = Incident['place'];

/** Where it is, as well as it is known: address, site, sector, at worst the position itself. */
export function placeOf(incident: Placed): string {
  const at = incident.place ?? incident.position;
  const point = at ? `${at.lat.toFixed(4)}, ${at.lon.toFixed(4)}` : words.noPlace;
  return incident.address ?? named('site', incident.site) ?? named('sector', incident.sector) ?? point;
}

/** Where many alike are: their site, else their sector. */
export function areaOf(incident: Placed): string {
  return named('site', incident.site) ?? named('sector', incident.sector) ?? placeOf(incident);
}

function named(kind: string, id: string | null | undefined): string | null {
  return id ? pack.nameOf(`${kind}:${id}`) : null;
}
