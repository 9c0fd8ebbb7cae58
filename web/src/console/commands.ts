import { cardCommands } from './commands_card';
import { unitCommands } from './commands_units';
import type { Command } from './palette';
import type { Room } from './room.svelte';
import { VOLUMES } from './sounds.svelte';
import { toasts } from '../ui/toasts.svelte';
import { words } from './words_actions';

const always = (): boolean => true;
const nothing = (): undefined => undefined;

/**
 * Everything that can be done here: keys, command line, buttons and the sheet of keys are all made from this one table,
 * so that none of them can promise what another does not do.
 */
export function commandsOf(room: Room): readonly Command[] {
  return [...listCommands(room), ...cardCommands(room), ...unitCommands(room), ...screenCommands(room)];
}

function listCommands(room: Room): Command[] {
  const plain = { group: 'list', fits: always, because: nothing } as const;
  return [
    { ...plain, name: 'next', key: 'j', verbs: ['suivant', 'next'], label: () => words.next, run: () => room.move(1) },
    {
      ...plain,
      name: 'previous',
      key: 'k',
      verbs: ['précédent', 'previous'],
      label: () => words.previous,
      run: () => room.move(-1),
    },
    {
      ...plain,
      name: 'fold',
      key: 'enter',
      verbs: ['déplier', 'unfold'],
      label: () => words.fold,
      fits: () => room.group !== null,
      run: () => room.group !== null && room.fold(room.group),
    },
    {
      ...plain,
      name: 'top',
      key: 'p',
      verbs: ['plus urgent', 'most urgent'],
      label: () => words.top,
      run: () => room.choose(room.alerts.unseen[0]?.incident_id ?? room.incidents[0]?.incident_id ?? null),
    },
  ];
}

function screenCommands(room: Room): Command[] {
  const plain = { group: 'screen', fits: always, because: nothing } as const;
  return [
    {
      ...plain,
      name: 'command_line',
      key: ':',
      verbs: [],
      label: () => words.commandLine,
      run: () => void (room.open = 'line'),
    },
    {
      ...plain,
      name: 'keys',
      key: '?',
      verbs: ['touches', 'keys'],
      label: () => words.keys,
      run: () => void (room.open = 'keys'),
    },
    {
      ...plain,
      name: 'silence',
      key: 'h',
      verbs: ['couper le son', 'silence', 'mute'],
      label: () => words.silence,
      run: () => room.alerts.silence(),
    },
    {
      ...plain,
      name: 'volume',
      verbs: ['volume'],
      label: () => words.volume,
      options: () => VOLUMES.map((one) => ({ value: String(one * 100), text: `${one * 100} %` })),
      run: (said) => room.sounds.setVolume(VOLUMES.find((one) => one * 100 >= Number(said)) ?? 1),
    },
    {
      ...plain,
      name: 'undo',
      key: 'z',
      verbs: ['annuler', 'undo'],
      label: () => words.undo,
      run: () => toasts.undoLatest(),
    },
  ];
}
