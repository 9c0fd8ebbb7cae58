import { clock } from '../i18n/clock.svelte';

/** A short message. With `undo` it can be taken back for as long as it stands. */
export interface Toast {
  id: number;
  text: string;
  tone: 'plain' | 'good' | 'bad';
  undo?: () => void;
  /** The clock's time at which it goes. */
  until: number;
}

export const UNDO_WITHIN_MS = 5000;
const READ_WITHIN_MS = 8000;

class Toasts {
  all = $state.raw<readonly Toast[]>([]);
  private next = 1;

  show(text: string, tone: Toast['tone'] = 'plain', undo?: () => void): void {
    const id = this.next++;
    const lasts = undo === undefined ? READ_WITHIN_MS : UNDO_WITHIN_MS;
    const until = clock.exact() + lasts;
    this.all = [...this.all.slice(-3), { id, text, tone, until, ...(undo === undefined ? {} : { undo }) }];
    setTimeout(() => this.drop(id), lasts);
  }

  undo(toast: Toast): void {
    this.drop(toast.id);
    toast.undo?.();
  }

  /** Takes back what was done last, if that is still possible. */
  undoLatest(): void {
    const latest = this.all.findLast((toast) => toast.undo !== undefined);
    if (latest !== undefined) this.undo(latest);
  }

  drop(id: number): void {
    this.all = this.all.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
