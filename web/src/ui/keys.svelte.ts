import { untrack } from 'svelte';

/** A key and what it does; the sheet of keys is made from these. */
export interface Binding {
  /** As `KeyboardEvent.key`, lower case. */
  key: string;
  /** Read each time it is shown, so that it follows the language. */
  label: () => string;
  run: () => void;
}

class Bindings {
  // Raw: what is bound is compared by identity when it is taken off again.
  all = $state.raw<readonly Binding[]>([]);
}

const bindings = new Bindings();

/** All keys that do something now. */
export function boundKeys(): readonly Binding[] {
  return bindings.all;
}

/** Binds keys for as long as the component lives: call it in `$effect(() => bind([...]))`. Later ones come first. */
export function bind(wanted: readonly Binding[]): () => void {
  // Not a reader of the list: the effect that binds would run again for its own binding.
  const change = (changed: (all: readonly Binding[]) => readonly Binding[]): void => {
    bindings.all = changed(untrack(() => bindings.all));
  };
  change((all) => [...wanted, ...all]);
  return () => change((all) => all.filter((one) => !wanted.includes(one)));
}

/** No letter, so nobody types it. */
const WHILE_TYPING = /^F\d+$/;

/** Listens for as long as the page lives. Whoever types into a field, or holds a modifier, means something else. */
export function listenToKeys(): () => void {
  const press = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (isTyping(event.target) && !WHILE_TYPING.test(event.key)) return;
    if (document.querySelector('dialog[open]') !== null) return;
    // Enter presses the button that has the focus; it is nobody else's then.
    if (event.key === 'Enter' && event.target instanceof HTMLElement && event.target.matches('button, a, summary'))
      return;
    const found = bindings.all.find((one) => one.key === event.key.toLowerCase());
    if (found === undefined) return;
    event.preventDefault();
    found.run();
  };
  addEventListener('keydown', press);
  return () => removeEventListener('keydown', press);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]');
}
