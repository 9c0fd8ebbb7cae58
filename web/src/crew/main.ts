import '../ui/tokens.css';
import { mount } from 'svelte';
import { openShelf } from '../offline/shelf';
import { version } from '../offline/version.svelte';
import Crew from './Crew.svelte';

const target = document.getElementById('app');
if (target !== null) void openShelf().then(({ shelf }) => mount(Crew, { target, props: { shelf } }));
void version.keep('/equipe/sw.js');
void navigator.storage?.persist?.();
