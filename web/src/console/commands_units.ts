import { first, type Asking, type Question } from './asking.svelte';
import { LIVE } from './commands_card';
import type { About, Order } from './orders.svelte';
import * as give from './orders_units';
import type { Command, Option } from './palette';
import { plain } from './palette';
import { partnerOptions, sentOptions, unitOptions, why } from './questions';
import type { Room } from './room.svelte';
import { toasts } from '../ui/toasts.svelte';
import { words } from './words_actions';
import { phrases } from './words_phrases';

/** Who is sent to the chosen incident, and who is called off. */
export function unitCommands(room: Room): Command[] {
  const live = (): boolean => LIVE.includes(room.current?.state ?? '');
  const card = { group: 'card', because: () => room.because, fits: live } as const;
  const sent = (): boolean => live() && sentOptions(room).length > 0;
  const order = (make: (about: About) => Order): void => {
    const { about } = room;
    if (about !== null) void room.orders.give(make(about));
  };
  const ranked = (place: number): Command => ({
    ...card,
    name: `engage${place}`,
    key: String(place),
    verbs: [],
    label: () => words.engageRanked(place),
    fits: () => live() && room.reader.advice?.ranked[place - 1] !== undefined,
    run: () => engage(room, room.reader.advice?.ranked[place - 1]?.unit ?? ''),
  });

  return [
    ...[1, 2, 3].map(ranked),
    {
      ...card,
      name: 'engage',
      key: 'e',
      verbs: ['engager', 'engage', 'assign'],
      label: () => words.engage,
      options: () => unitOptions(room),
      run: (said) => {
        const unit = said === '' ? undefined : chosenOf(unitOptions(room), said);
        if (unit !== undefined) return engage(room, unit);
        askUnit(room);
      },
    },
    {
      ...card,
      name: 'backup',
      key: 'b',
      verbs: ['renfort', 'backup'],
      label: () => words.backup,
      options: () => ['1', '2', '3'].map((count) => ({ value: count, text: count })),
      run: (said) => order((about) => give.backup(about, Math.min(5, Math.max(1, Number(said) || 1)))),
    },
    {
      ...card,
      name: 'escalate',
      key: 'u',
      verbs: ['monter en puissance', 'escalate'],
      label: () => words.escalate,
      fits: () => live() && Boolean(room.current?.escalation?.next_fr),
      run: (said) => order((about) => give.escalate(about, said)),
    },
    {
      ...card,
      name: 'reassign',
      key: 'r',
      verbs: ['remplacer', 'réaffecter', 'reassign'],
      label: () => words.reassign,
      fits: sent,
      run: () => askReplacing(room),
    },
    {
      ...card,
      name: 'stand_down',
      key: 'l',
      verbs: ['libérer', 'stand down'],
      label: () => words.standDown,
      fits: sent,
      options: () => sentOptions(room),
      run: (said) => askStandDown(room, chosenOf(sentOptions(room), said)),
    },
    {
      ...card,
      name: 'hand_over',
      key: 't',
      verbs: ['transmettre', 'passer la main', 'hand over'],
      label: () => words.handOver,
      options: partnerOptions,
      run: (said) => {
        const kind = chosenOf(partnerOptions(), said);
        if (kind !== undefined) return order((about) => give.handOver(about, kind as 'firefighters'));
        askPartner(room);
      },
    },
    {
      ...card,
      name: 'work_order',
      key: 'w',
      verbs: ['bon d’intervention', 'work order'],
      label: () => words.workOrder,
      // One at a time for an incident: dispatch would refuse the second.
      because: () => room.because ?? (ordered(room) ? words.orderedAlready : undefined),
      run: () => order(give.workOrder),
    },
  ];
}

/** A work order of the chosen incident is not finished. */
function ordered(room: Room): boolean {
  const orders = room.current?.work_orders ?? room.reader.card?.work_orders ?? [];
  return orders.some((one) => !['completed', 'already_fixed'].includes(one.state));
}

/** Engages a unit: the best one at once, any other with a reason. */
export function engage(room: Room, unit: string): void {
  const { about } = room;
  if (about === null) return;
  if (room.because !== undefined) return toasts.show(room.because, 'bad');
  const best = room.reader.advice?.ranked[0];
  if (best?.unit === unit && best.diverts === null) {
    return void room.orders.give(give.engage(about, unit, room.sign(unit), null));
  }
  const say = (told: Record<string, readonly string[]>): void =>
    void room.orders.give(give.engage(about, unit, room.sign(unit), first(told, 'reason')));
  room.asking = {
    title: words.engageOther(room.sign(unit)),
    about: best === undefined ? undefined : words.recommended(best.call_sign),
    questions: [why(phrases.override())],
    order: words.engage,
    answered: say,
  };
}

function askUnit(room: Room): void {
  const options = unitOptions(room);
  const unit: Question = { kind: 'choice', name: 'unit', label: words.unit, options };
  const answered: Asking['answered'] = (told) => engage(room, first(told, 'unit'));
  room.asking = { title: words.engage, questions: [unit], order: words.engage, answered };
}

function askStandDown(room: Room, chosen: string | undefined): void {
  const { about } = room;
  const options = sentOptions(room);
  const only = chosen ?? (options.length === 1 ? options[0]?.value : undefined);
  if (about === null) return;
  const unit: Question = {
    kind: 'choice',
    name: 'unit',
    label: words.unit,
    options,
    ...(only === undefined ? {} : { first: only }),
  };
  room.asking = {
    title: words.standDown,
    questions: [unit, why(phrases.standDown())],
    order: words.standDown,
    danger: true,
    answered: (told) => {
      const gone = first(told, 'unit');
      void room.orders.give(give.standDown(about, gone, room.sign(gone), first(told, 'reason')));
    },
  };
}

function askReplacing(room: Room): void {
  const { about } = room;
  const sent = sentOptions(room);
  if (about === null) return;
  const only = sent[0]?.value;
  const free = unitOptions(room).filter((one) => !sent.some((gone) => gone.value === one.value));
  const unit: Question = {
    kind: 'choice',
    name: 'unit',
    label: words.replaced,
    options: sent,
    ...(only === undefined ? {} : { first: only }),
  };
  const best = { value: '', text: words.bestOne };
  const instead: Question = {
    kind: 'choice',
    name: 'instead',
    label: words.instead,
    options: [best, ...free],
    first: '',
  };
  room.asking = {
    title: words.reassign,
    questions: [unit, instead, why(phrases.replace())],
    order: words.reassign,
    answered: (told) => {
      const by = first(told, 'instead') || null;
      void room.orders.give(give.reassign(about, first(told, 'unit'), by, first(told, 'reason')));
    },
  };
}

function askPartner(room: Room): void {
  const { about } = room;
  if (about === null) return;
  const kind: Question = { kind: 'choice', name: 'kind', label: words.partner, options: partnerOptions() };
  const answered: Asking['answered'] = (told) =>
    void room.orders.give(give.handOver(about, first(told, 'kind') as 'firefighters'));
  room.asking = {
    title: words.handOver,
    about: words.handOverAbout,
    questions: [kind],
    order: words.handOver,
    answered,
  };
}

/** What was typed, as one of the choices: its id, its name, or the only one that begins so. */
export function chosenOf(options: readonly Option[], said: string): string | undefined {
  const wanted = plain(said);
  if (wanted === '') return undefined;
  const exact = options.find((one) => plain(one.value) === wanted || plain(one.text) === wanted);
  const close = options.filter((one) => compact(one.text).includes(compact(said)));
  return exact?.value ?? (close.length === 1 ? close[0]?.value : undefined);
}

/** `T11` means `PM T 11`. */
function compact(text: string): string {
  return plain(text).replaceAll(' ', '');
}
