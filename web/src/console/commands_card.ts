import type { Asking } from './asking.svelte';
import { first } from './asking.svelte';
import * as give from './orders.svelte';
import * as joining from './orders_joining';
import type { Command } from './palette';
import { otherOptions, signalOptions, why } from './questions';
import type { Room } from './room.svelte';
import { words } from './words_actions';
import { phrases } from './words_phrases';

/** From which state what may be done: as dispatch's own table (`domain/incident.py`), which has the last word. */
export const LIVE = ['open', 'in_progress'];

/** What is done to the chosen card itself; see `commands_units` for who is sent. */
export function cardCommands(room: Room): Command[] {
  const is = (...states: readonly string[]): boolean => states.includes(room.current?.state ?? '');
  const because = (): string | undefined => room.because;
  const card = { group: 'card', because } as const;
  const order = (make: (about: give.About) => give.Order): void => {
    const { about } = room;
    if (about !== null) void room.orders.give(make(about));
  };
  const unseenOfGroup = (): number =>
    room.groupRow?.incidents.filter((one) => one.acknowledged_at === null).length ?? 0;
  const ask = (asking: Asking): void => void (room.asking = asking);
  const verdict = (result: 'confirmed' | 'false_alarm' | 'inconclusive', key: string, verbs: string[]): Command => ({
    ...card,
    name: result,
    key,
    verbs,
    label: () => words[result],
    fits: () => is(...LIVE) && room.current?.verification !== 'confirmed',
    run: () => order((about) => give.verify(about, result)),
  });

  return [
    {
      ...card,
      name: 'acknowledge',
      key: 'a',
      verbs: ['acquitter', 'acknowledge'],
      label: () => (room.group === null ? words.acknowledge : words.acknowledgeAll(unseenOfGroup())),
      // On a group it is all of the group; with nothing chosen the one on top: the first key after an alarm.
      fits: () => {
        if (room.group !== null) return unseenOfGroup() > 0 && !room.sweep.running;
        return room.current === null ? room.alerts.unseen.length > 0 : room.current.acknowledged_at === null;
      },
      run: () => {
        if (room.group !== null) return void room.acknowledgeGroup();
        if (room.current === null) room.choose(room.alerts.unseen[0]?.incident_id ?? null);
        order(give.acknowledge);
      },
    },
    verdict('confirmed', 'c', ['confirmer', 'confirm']),
    verdict('false_alarm', 'f', ['fausse alerte', 'false alarm']),
    verdict('inconclusive', 'i', ['sans conclusion', 'inconclusive']),
    {
      ...card,
      name: 'note',
      key: 'n',
      verbs: ['note', 'noter'],
      label: () => words.note,
      fits: () => room.current !== null,
      options: () => [],
      run: (said) => {
        const { about } = room;
        if (about === null) return;
        if (said !== '') return void room.orders.give(give.note(about, said));
        const text = { kind: 'text', name: 'text', label: words.text } as const;
        const answered: Asking['answered'] = (told) => void room.orders.give(give.note(about, first(told, 'text')));
        ask({ title: words.note, questions: [text], order: words.write, answered });
      },
    },
    {
      ...card,
      name: 'dismiss',
      key: 'x',
      verbs: ['classer', 'dismiss'],
      label: () => words.dismiss,
      fits: () => is(...LIVE),
      options: () => phrases.dismiss().map((one) => ({ value: one, text: one })),
      run: (said) => {
        const { about } = room;
        if (about === null) return;
        if (said !== '') return void room.orders.give(give.dismiss(about, said));
        const answered: Asking['answered'] = (told) =>
          void room.orders.give(give.dismiss(about, first(told, 'reason')));
        ask({
          title: words.dismiss,
          about: words.dismissAbout,
          questions: [why(phrases.dismiss())],
          order: words.dismiss,
          danger: true,
          answered,
        });
      },
    },
    {
      ...card,
      name: 'reopen',
      key: 'o',
      verbs: ['rouvrir', 'reopen'],
      label: () => words.reopen,
      fits: () => is('resolved', 'dismissed'),
      run: () => order(give.reopen),
    },
    {
      ...card,
      name: 'close',
      key: 'q',
      verbs: ['clore', 'close'],
      label: () => words.close,
      fits: () => is('resolved', 'dismissed'),
      run: () => {
        const { about } = room;
        if (about === null) return;
        const report = { kind: 'text', name: 'report', label: words.report, optional: true } as const;
        const answered: Asking['answered'] = (told) => void room.orders.give(give.close(about, first(told, 'report')));
        ask({ title: words.close, about: words.closeAbout, questions: [report], order: words.close, answered });
      },
    },
    {
      ...card,
      because: () => undefined,
      name: 'photos',
      key: 'v',
      verbs: ['voir les photos', 'photos'],
      label: () => words.photos,
      fits: () => (room.reader.card?.attachments.length ?? 0) > 0 && room.reader.card?.incident_id === room.chosen,
      run: () => void (room.open = 'photos'),
    },
    {
      ...card,
      name: 'duplicates',
      key: 'd',
      verbs: ['doublons', 'duplicates'],
      label: () => words.duplicates,
      fits: () => is(...LIVE),
      run: () => void (room.open = 'duplicates'),
    },
    {
      ...card,
      name: 'merge',
      key: 'm',
      verbs: ['fusionner', 'réunir', 'merge'],
      label: () => words.merge,
      fits: () => is(...LIVE),
      options: () => otherOptions(room),
      run: (said) => {
        const { about } = room;
        if (about === null) return;
        if (said !== '') return void room.orders.give(joining.merge(about, said));
        const other = { kind: 'choice', name: 'other', label: words.other, options: otherOptions(room) } as const;
        const answered: Asking['answered'] = (told) =>
          void room.orders.give(joining.merge(about, first(told, 'other')));
        ask({ title: words.merge, about: words.mergeAbout, questions: [other], order: words.merge, answered });
      },
    },
    {
      ...card,
      name: 'unmerge',
      verbs: ['défusionner', 'unmerge'],
      label: () => words.unmerge,
      fits: () => is('merged'),
      run: () => order(joining.unmerge),
    },
    {
      ...card,
      name: 'split',
      key: 's',
      verbs: ['séparer', 'scinder', 'split'],
      label: () => words.split,
      fits: () => signalOptions(room.reader.card).length > 1 && is(...LIVE, 'resolved'),
      run: () => {
        const { about } = room;
        if (about === null) return;
        const options = signalOptions(room.reader.card);
        const signals = { kind: 'choice', name: 'signals', label: words.alarms, options, many: true } as const;
        const answered: Asking['answered'] = (told) =>
          void room.orders.give(joining.split(about, told['signals'] ?? []));
        ask({ title: words.split, about: words.splitAbout, questions: [signals], order: words.split, answered });
      },
    },
  ];
}
