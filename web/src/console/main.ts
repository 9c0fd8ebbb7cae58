import '../ui/tokens.css';
import { mount } from 'svelte';
import Console from './Console.svelte';

const target = document.getElementById('app');
if (target !== null) mount(Console, { target });
