/** A short message. With `undo` it can be taken back for as long as it stands. */
export interface Toast {
  id: number;
  text: string;
  tone: 'plain' | 'good' | 'bad';
  undo?: () => void;
}

export const UNDO_WITHIN_MS = 5000;
const READ_WITHIN_MS = 8000;

class Toasts {
  all = $state.raw<readonly Toast[]>([]);
  private next = 1;

  show(text: string, tone: Toast['tone'] = 'plain', undo?: () => void): void {
    const id = this.next++;
    this.all = [...this.all.slice(-3), { id, text, tone, ...(undo === undefined ? {} : { undo }) }];
    setTimeout(() => this.drop(id), undo === undefined ? READ_WITHIN_MS : UNDO_WITHIN_MS);
  }

  undo(toast: Toast): void {
    this.drop(toast.id);
    toast.undo?.();
  }

  drop(id: number): void {
    this.all = this.all.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
