import '../ui/tokens.css';
import { mount } from 'svelte';
import { openShelf } from '../offline/shelf';
import Tablet from './Tablet.svelte';

const target = document.getElementById('app');
if (target !== null) void openShelf().then((opened) => mount(Tablet, { target, props: opened }));
// Needs https or this machine; elsewhere the page works, but cannot start without a network.
if ('serviceWorker' in navigator && import.meta.env.PROD) void navigator.serviceWorker.register('/tablette/sw.js');
