import type { Role } from '../api/shapes';

/** Whose page is which. */
export type Page = 'console' | 'tablet' | 'crew';

export const PATHS: Record<Page, string> = { console: '/', tablet: '/tablette/', crew: '/equipe/' };
export const ROLES: Record<Page, readonly Role[]> = {
  console: ['operator', 'shift_lead', 'auditor'],
  tablet: ['patrol'],
  crew: ['crew'],
};

/** The page of a role; none for partners and services, who have no screen here. */
export function pageOf(role: Role): Page | null {
  return (Object.keys(ROLES) as Page[]).find((page) => ROLES[page].includes(role)) ?? null;
}
