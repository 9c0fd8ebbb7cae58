import type { Pack, Priority, ShiftSummary } from '../../api/shapes';
import { spoken } from '../../i18n/dictionary';
import { dayTime, lasting } from '../../i18n/moments';
import { attention, handOverStates, responders, unitStates } from '../../i18n/vocabulary';
import { words } from './words';

export type StillOpen = ShiftSummary['still_open'][number];
export const PRIORITIES: readonly Priority[] = ['P1', 'P2', 'P3', 'P4'];
/** First unit dispatched within 60 s of the answer, nine of ten (NFPA 1225). */
export const FIRST_UNIT_TARGET_S = 60;

/** What an open incident waits for, in words; nothing if it only runs. */
export function waitsFor(one: StillOpen): string[] {
  return [
    ...(one.acknowledged_by === null ? [words.notAcknowledged] : []),
    // Said just above.
    ...(one.attention === null || one.attention === 'unacknowledged_p1' ? [] : [attention(one.attention)]),
    ...one.waiting_tasks.map((kind) => words.task(known(responders, kind))),
  ];
}

/** `sdis57 sent` → `SDIS 57 — transmis`. */
export function partner(told: string, nameOf: (agency: string) => string): string {
  const at = told.lastIndexOf(' ');
  return `${nameOf(told.slice(0, at))} — ${known(handOverStates, told.slice(at + 1))}`;
}

/** The strictest target of the run cards of a priority, seconds; none where no card has it. */
export function onSceneTarget(packs: readonly Pack[], priority: Priority): number | null {
  const targets = packs.flatMap((pack) =>
    pack.run_cards.flatMap((card) => (card.priority === priority && card.target_s ? [card.target_s] : [])),
  );
  return targets.length === 0 ? null : Math.min(...targets);
}

/** The handover as plain text, for a mail or the log of another house. */
export function asText(
  summary: ShiftSummary,
  callSign: (unit: string) => string,
  nameOf: (id: string) => string,
): string {
  const open = summary.still_open.map((one) =>
    [
      `- ${one.priority} ${spoken(one.nature_fr, one.nature_en)}, ${one.address ?? one.sector ?? '?'}, ${dayTime(one.opened_at)}`,
      one.units.map(callSign).join(', ') || words.nobody,
      ...waitsFor(one),
      ...one.partners.map((told) => partner(told, nameOf)),
      ...(one.last_note === null ? [] : [`« ${one.last_note} »`]),
    ].join(' ; '),
  );
  const counts = summary.counted.map(
    (one) =>
      `- ${one.priority} ${spoken(one.nature_fr, one.nature_en)} : ${one.opened}` +
      ` (${words.dismissed} ${one.dismissed}, ${words.unfinished} ${one.unfinished})`,
  );
  const times = PRIORITIES.flatMap((priority) => {
    const [first, scene] = [summary.first_unit_p90_s[priority], summary.on_scene_p90_s[priority]];
    const parts = [
      ...(first === undefined ? [] : [`${words.firstUnit} ${lasting(first)}`]),
      ...(scene === undefined ? [] : [`${words.onScene} ${lasting(scene)}`]),
    ];
    return parts.length === 0 ? [] : [`- ${priority} : ${parts.join(', ')}`];
  });
  const units = Object.entries(summary.units).map(([state, count]) => `${known(unitStates, state)} ${count}`);
  return [
    `${words.title} — ${words.period(dayTime(summary.since), dayTime(summary.until))}`,
    section(words.open, open.length > 0 ? open : [words.noneOpen]),
    section(words.counts, counts.length > 0 ? counts : [words.noneCounted]),
    section(words.times, times.length > 0 ? times : [words.noTimes]),
    section(words.inForce, [`- ${words.silences} ${summary.silences}, ${words.broadcasts} ${summary.broadcasts}`]),
    section(words.units, [units.join(', ')]),
  ].join('\n\n');
}

function section(title: string, lines: readonly string[]): string {
  return [title.toUpperCase(), ...lines].join('\n');
}

/** A word of the API that this screen may not know yet. */
export function known(table: Record<string, unknown>, word: string): string {
  const found = table[word];
  return typeof found === 'string' ? found : word.replaceAll('_', ' ');
}
