import '../ui/tokens.css';
import { mount } from 'svelte';
import Crew from './Crew.svelte';

const target = document.getElementById('app');
if (target !== null) mount(Crew, { target });
