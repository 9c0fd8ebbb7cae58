import type { Option } from './palette';

/** What an order still needs to know. A choice answers to the keys 1 to 9, a phrase too. */
export type Question =
  | { kind: 'choice'; name: string; label: string; options: readonly Option[]; many?: boolean; first?: string }
  | { kind: 'text'; name: string; label: string; phrases?: readonly string[]; optional?: boolean };

export interface Asking {
  title: string;
  /** What will happen, in a sentence. */
  about?: string | undefined;
  questions: readonly Question[];
  /** On the button that gives the order. */
  order: string;
  danger?: boolean;
  answered(answers: Answers): void;
}

/** By the question's name; many choices are many values. */
export type Answers = Record<string, readonly string[]>;

export function first(answers: Answers, name: string): string {
  return answers[name]?.[0] ?? '';
}
