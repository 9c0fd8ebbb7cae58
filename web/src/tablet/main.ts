import '../ui/tokens.css';
import { mount } from 'svelte';
import { beforeForgetting } from '../api/forgetting';
import { sendCalls } from '../offline/queue.svelte';
import { openShelf } from '../offline/shelf';
import { version } from '../offline/version.svelte';
import Tablet from './Tablet.svelte';

const target = document.getElementById('app');
if (target !== null)
  void openShelf().then((opened) => {
    beforeForgetting(() => sendCalls(opened.shelf));
    mount(Tablet, { target, props: opened });
  });
void version.keep('/tablette/sw.js');
// What waits must outlive a full disk, too.
void navigator.storage?.persist?.();
