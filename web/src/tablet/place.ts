import type { Assignment } from '../api/shapes';

/** The site's name, where it says more than the address. */
export function siteBeside(incident: Assignment['incident'] | undefined): string | null {
  const name = incident?.site_name ?? null;
  return name?.toLowerCase() === incident?.address?.toLowerCase() ? null : name;
}
