import { render, screen } from '@testing-library/svelte';
import { createRawSnippet } from 'svelte';
import { expect, it, vi } from 'vitest';
import Button from '../src/ui/Button.svelte';
import PriorityMark, { SHAPES } from '../src/ui/PriorityMark.svelte';
import { bind, listenToKeys } from '../src/ui/keys.svelte';
import { toasts, UNDO_WITHIN_MS } from '../src/ui/toasts.svelte';

const words = (text: string) => createRawSnippet(() => ({ render: () => `<span>${text}</span>` }));

it('a priority has a shape of its own and its label, not a colour alone', () => {
  for (const priority of ['P1', 'P2', 'P3', 'P4'] as const) {
    const { container, unmount } = render(PriorityMark, { priority });
    expect(container.textContent.trim()).toBe(priority);
    expect(container.querySelector('path')?.getAttribute('d')).toBe(SHAPES[priority]);
    unmount();
  }
  expect(new Set(Object.values(SHAPES)).size).toBe(4);
});

it('a button that cannot be pressed stays reachable and says why', () => {
  const onclick = vi.fn();
  render(Button, { children: words('Acquitter'), onclick, because: 'Liaison perdue' });
  const button = screen.getByRole('button', { name: /Acquitter/ });
  button.click();
  expect(onclick).not.toHaveBeenCalled();
  expect(button.getAttribute('aria-disabled')).toBe('true');
  expect(document.getElementById(button.getAttribute('aria-describedby') ?? '')?.textContent).toBe('Liaison perdue');
});

it('keys act, but not while somebody types, and not once they are taken off', () => {
  const run = vi.fn();
  const stop = listenToKeys();
  const off = bind([{ key: 'a', label: () => 'Acquitter', run }]);
  const field = document.body.appendChild(document.createElement('input'));
  const press = (target: EventTarget, more: KeyboardEventInit = {}) =>
    target.dispatchEvent(new KeyboardEvent('keydown', { key: 'a', bubbles: true, ...more }));
  press(document.body);
  press(field);
  press(document.body, { ctrlKey: true });
  press(document.body, { repeat: true });
  expect(run).toHaveBeenCalledTimes(1);
  off();
  press(document.body);
  stop();
  field.remove();
  expect(run).toHaveBeenCalledTimes(1);
});

it('what can be undone can be undone for five seconds', () => {
  vi.useFakeTimers();
  const undo = vi.fn();
  toasts.show('Fausse alerte', 'plain', undo);
  const [toast] = toasts.all;
  vi.advanceTimersByTime(UNDO_WITHIN_MS - 1);
  expect(toasts.all.length).toBe(1);
  if (toast !== undefined) toasts.undo(toast);
  expect(undo).toHaveBeenCalledTimes(1);
  expect(toasts.all.length).toBe(0);
  vi.useRealTimers();
});
