import { toasts } from '../ui/toasts.svelte';
import type { Command } from './palette';

/** Carries out a command if it fits; says why it cannot be given now. */
export function obey(command: Command, argument = ''): void {
  if (!command.fits()) return;
  const why = command.because();
  if (why === undefined) command.run(argument);
  else toasts.show(why, 'bad');
}
