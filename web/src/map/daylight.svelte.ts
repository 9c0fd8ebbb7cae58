import { MediaQuery } from 'svelte/reactivity';
import { theme } from '../ui/theme.svelte';

const dark = new MediaQuery('(prefers-color-scheme: dark)');

/** True while the page is drawn for the night: chosen so, or as the machine says. */
export function isNight(): boolean {
  return theme.current === 'night' || (theme.current === 'auto' && dark.current);
}
