import type { IncidentCard } from '../api/shapes';
import { dayTime } from '../i18n/moments';
import { words } from './words';

export type Attached = IncidentCard['attachments'][number];

/** What is on it as far as we know: whose it is and when it was taken. */
export function altOf(one: Attached, sign: (unit: string) => string): string {
  const at = dayTime(one.taken_at ?? one.at);
  return one.kind === 'signature' ? words.signatureBy(sign(one.author), at) : words.photoBy(sign(one.author), at);
}
