import { api, settle } from '../api/client';
import type { Problem } from '../api/problem';
import type { Pack } from '../api/shapes';
import { session } from '../session/session.svelte';

/** The city packs of this console's centres: names and places for forms and lists. */
class Packs {
  all = $state.raw<readonly Pack[]>([]);
  problem = $state.raw<Problem | null>(null);

  private readonly named = $derived(
    new Map(
      this.all.flatMap((pack) => [
        ...pack.sectors.map((one) => [`sector:${one.id}`, one.name] as const),
        ...pack.sites.map((one) => [`site:${one.id}`, one.name] as const),
        ...pack.devices.map((one) => [`device:${one.id}`, one.name] as const),
        ...pack.agencies.map((one) => [`agency:${one.id}`, one.name] as const),
      ]),
    ),
  );

  /** Reads what is not read yet; a centre whose pack could not be read is asked for again next time. */
  async read(): Promise<void> {
    const missing = session.centres.filter((centre) => !this.all.some((pack) => pack.centre.code === centre.code));
    for (const { code } of missing) {
      const answer = await settle(api.GET('/v1/packs/{centre}', { params: { path: { centre: code } } }));
      this.problem = answer.ok ? null : answer.problem;
      if (answer.ok) this.all = [...this.all, answer.value as Pack];
    }
  }

  /** What people call a `site:…`, `sector:…`, `device:…` or `agency:…`; its id where the pack does not know it. */
  nameOf(scope: string): string {
    return (this.named as ReadonlyMap<string, string>).get(scope) ?? scope.slice(scope.indexOf(':') + 1);
  }
}

export const pack = new Packs();
