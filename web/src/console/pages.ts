import type { Component } from 'svelte';
import type { PageId } from './route.svelte';
import type { Room } from './room.svelte';

type Loaded = Promise<{ default: Component<{ room: Room }> }>;

/** Each page is a file of its own, fetched when somebody first goes there; the room itself is always here. */
export const LOAD: Record<Exclude<PageId, 'room'>, () => Loaded> = {
  call: () => import('./call/CallPage.svelte'),
  kiosks: () => import('./kiosk/KioskPage.svelte'),
  log: () => import('./log/LogPage.svelte'),
  relief: () => import('./relief/ReliefPage.svelte'),
  fleet: () => import('./fleet/FleetPage.svelte'),
  roster: () => import('./roster/RosterPage.svelte'),
  silences: () => import('./silences/SilencesPage.svelte'),
  streets: () => import('./streets/StreetsPage.svelte'),
  broadcasts: () => import('./broadcasts/BroadcastsPage.svelte'),
  protected: () => import('./protected/ProtectedPage.svelte'),
  system: () => import('./system/SystemPage.svelte'),
};
