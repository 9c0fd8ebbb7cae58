import { api, settle } from '../api/client';
import { learnDoors } from '../api/doors';
import type { Problem } from '../api/problem';
import type { Centre, Person, Role, Session } from '../api/shapes';
import { forgetAll, forgetWhenTold, HELP } from '../api/forgetting';
import { clock } from '../i18n/clock.svelte';
import { useZone } from '../i18n/moments';

const KEPT = 'vigie.session';
/** Who was here last; `lapsed`: the door did not know him any more. */
type Kept = Session & { lapsed?: boolean };

/** Who is at this screen. The badge itself is a cookie that no script can read. */
class Current {
  /** `asking` until the door has answered once. */
  state = $state<'asking' | 'out' | 'in'>('asking');
  person = $state.raw<Person | null>(null);
  choices = $state.raw<readonly Person[]>([]);
  centres = $state.raw<readonly Centre[]>([]);
  /** Whose badge has run out, as long as he has not signed out himself: he may still call for help. */
  lapsed = $state.raw<Person | null>(null);
  /** How people sign in here. */
  accounts = $state.raw<Session['accounts']>('demo');
  /** The badge of this browser was taken back; what it kept is gone. */
  revoked = $state(false);
  /** Nobody answered: what is known is from the last time. */
  offline = $state(false);

  readonly exercise = $derived(this.centres.some((centre) => centre.exercise));
  readonly centreName = $derived(this.centres.map((centre) => centre.name).join(', '));

  /** Asks who is signed in. Without a network it goes by the last time: a tablet must start in a dead spot. */
  async open(): Promise<void> {
    const asked = await settle(api.GET('/v1/session'));
    this.offline = !asked.ok && asked.problem.status === 0;
    if (asked.ok && asked.value.revoked) await this.forget();
    const last = kept();
    const known = asked.ok ? asked.value : this.offline && last?.lapsed !== true ? last : null;
    this.take(known);
    if (this.person === null && last !== null) this.lapse(last);
    if (this.person === null && this.lapsed === null) this.lapsed = stripped();
    void learnDoors();
  }

  async signIn(account: string, pin: string): Promise<Problem | null> {
    const answer = await settle(api.POST('/v1/session', { body: { account, pin } }));
    if (!answer.ok) return answer.problem;
    this.offline = false;
    this.take(answer.value);
    return null;
  }

  async signOut(): Promise<void> {
    const left = await settle(api.DELETE('/v1/session'));
    localStorage.removeItem(KEPT);
    localStorage.removeItem(HELP);
    this.lapsed = null;
    this.ended();
    // The identity provider forgets him as well, and sends the browser back.
    if (left.ok && left.value.continue_at !== null) location.assign(left.value.continue_at);
  }

  /** Everything that this browser holds, and then the badge that could open nothing anyway. */
  private async forget(): Promise<void> {
    this.revoked = true;
    await forgetAll();
    await settle(api.DELETE('/v1/session'));
  }

  /** The door does not know us any more. */
  ended(): void {
    const last = kept();
    if (last !== null) this.lapse(last);
    this.person = null;
    this.state = 'out';
  }

  private lapse(last: Kept): void {
    this.lapsed = last.person;
    localStorage.setItem(KEPT, JSON.stringify({ ...last, lapsed: true }));
  }

  is(...roles: Role[]): boolean {
    return this.person !== null && roles.includes(this.person.role);
  }

  private take(known: Session | null): void {
    this.person = known?.person ?? null;
    if (this.person !== null) this.lapsed = null;
    if (this.person?.role === 'patrol' && this.person.unit !== null) localStorage.setItem(HELP, this.person.unit);
    this.choices = known?.choices ?? [];
    this.accounts = known?.accounts ?? this.accounts;
    this.centres = known?.centres ?? [];
    const zone = this.centres[0]?.timezone;
    if (zone !== undefined) useZone(zone);
    if (known !== null && !this.offline) clock.correct(known.now);
    if (known?.person && !this.offline) localStorage.setItem(KEPT, JSON.stringify({ ...known, choices: [] }));
    this.state = this.person === null ? 'out' : 'in';
  }
}

/** Of a tablet that had to forget everything: its unit, which may still call for help, and nobody's name. */
function stripped(): Person | null {
  const unit = localStorage.getItem(HELP);
  return unit === null ? null : { account: unit, name: unit, role: 'patrol', unit, agency: null };
}

function kept(): Kept | null {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? 'null') as Kept | null;
  } catch {
    return null; // unreadable: as if it were not there
  }
}

export const session = new Current();
forgetWhenTold();
