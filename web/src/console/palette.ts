/** What the command line understands: verbs of both languages, with what may follow them. */
export interface Option {
  value: string;
  text: string;
  /** Said beside it: time, distance, state. */
  more?: string | undefined;
}

export interface Command {
  name: string;
  /** As `KeyboardEvent.key`, lower case. */
  key?: string | undefined;
  /** Part of the sheet of keys. */
  group: 'list' | 'card' | 'screen';
  verbs: readonly string[];
  label: () => string;
  /** Only what fits the chosen card is offered. */
  fits: () => boolean;
  /** Why it cannot be given now; undefined if it can. */
  because: () => string | undefined;
  /** What its argument may be; an empty list: free text; none: it takes nothing. */
  options?: () => readonly Option[];
  run: (argument: string) => void;
}

export interface Suggestion {
  command: Command;
  /** The whole line once it is taken. */
  line: string;
  text: string;
  more: string | undefined;
  /** Enter gives the order; otherwise it only completes. */
  complete: boolean;
}

export interface Spoken {
  command: Command;
  argument: string;
}

/** Accents, case and dashes make no difference to hands in a hurry. */
export function plain(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase()
    .replace(/[’'_-]/g, ' ')
    .trim();
}

/** What a whole line orders, if its verb is known and fits. The longest verb counts: `passer la main` before `passer`. */
export function understand(line: string, commands: readonly Command[]): Spoken | null {
  const said = plain(line);
  const found = commands
    .flatMap((command) => command.verbs.map((verb) => ({ command, verb: plain(verb) })))
    .filter(({ verb }) => said === verb || said.startsWith(`${verb} `))
    .sort((a, b) => b.verb.length - a.verb.length)
    .find(({ command }) => command.fits());
  if (found === undefined) return null;
  const words = found.verb.split(' ').length;
  return { command: found.command, argument: afterWords(line, words) };
}

/** What could stand in the line, most likely first. */
export function suggest(line: string, commands: readonly Command[], at_most = 8): Suggestion[] {
  const spoken = understand(line, commands);
  const typed = plain(line);
  const verbs = commands.filter((command) => command.fits()).flatMap((command) => verbOf(command, typed));
  const values = spoken?.command.options === undefined ? [] : optionsOf(spoken, line);
  return (values.length > 0 ? values : verbs).slice(0, at_most);
}

function verbOf(command: Command, typed: string): Suggestion[] {
  const verb = command.verbs.find((one) => plain(one).startsWith(typed));
  const named = verb ?? (typed !== '' && plain(command.label()).includes(typed) ? command.verbs[0] : undefined);
  if (named === undefined) return [];
  const complete = command.options === undefined;
  return [{ command, line: complete ? named : `${named} `, text: named, more: command.label(), complete }];
}

function optionsOf({ command, argument }: Spoken, line: string): Suggestion[] {
  const verb = line
    .trimEnd()
    .slice(0, line.trimEnd().length - argument.length)
    .trimEnd();
  const wanted = plain(argument);
  return (command.options?.() ?? [])
    .filter((option) => plain(`${option.text} ${option.value}`).includes(wanted))
    .map((option) => ({
      command,
      line: `${verb} ${option.value}`,
      text: option.text,
      more: option.more,
      complete: true,
    }));
}

function afterWords(line: string, count: number): string {
  return line.trim().split(/[\s’'_-]+/).length <= count
    ? ''
    : line.trim().replace(new RegExp(`^(?:[^\\s’'_-]+[\\s’'_-]+){${count}}`), '');
}
