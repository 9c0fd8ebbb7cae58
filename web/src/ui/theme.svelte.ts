/** Day, night, or as the machine says. */
export type Theme = 'auto' | 'day' | 'night';

const KEPT = 'vigie.theme';
const IN_TURN: readonly Theme[] = ['auto', 'day', 'night'];

class Chosen {
  current = $state<Theme>(kept());

  next(): void {
    this.current = IN_TURN[(IN_TURN.indexOf(this.current) + 1) % IN_TURN.length] ?? 'auto';
    localStorage.setItem(KEPT, this.current);
    document.documentElement.dataset['theme'] = this.current;
  }
}

function kept(): Theme {
  const theme = IN_TURN.find((one) => one === localStorage.getItem(KEPT)) ?? 'auto';
  document.documentElement.dataset['theme'] = theme;
  return theme;
}

export const theme = new Chosen();
