const KEPT = 'vigie.panes';

/** How wide the panes are, as this desk was left. */
class Panes {
  list = $state(kept().list ?? 420);
  side = $state(kept().side ?? 300);

  /** In an effect. */
  keep(): void {
    localStorage.setItem(KEPT, JSON.stringify({ list: this.list, side: this.side }));
  }
}

function kept(): { list?: number; side?: number } {
  try {
    return (JSON.parse(localStorage.getItem(KEPT) ?? '{}') ?? {}) as { list?: number; side?: number };
  } catch {
    return {}; // written by something else
  }
}

export const panes = new Panes();
