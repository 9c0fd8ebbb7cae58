import { dictionary, half } from '../i18n/dictionary';

/** Why an order was not carried out (RFC 9457). `kind` is the last part of its type. */
export interface Problem {
  kind: string;
  /** 0: nobody answered. */
  status: number;
  title: string;
  detail: string;
  /** Further members: `allowed`, `changes`, `errors`, `reason`… */
  more: Record<string, unknown>;
}

const words = dictionary(
  {
    unreachable: 'Aucune porte de Vigie ne répond',
    retry: 'Vérifiez le réseau, puis recommencez.',
    unknown: 'Réponse inattendue',
  },
  {
    unreachable: 'No door of Vigie answers',
    retry: 'Check the network, then try again.',
    unknown: 'Unexpected answer',
  },
);

/** Nobody answered, at any door. */
export function unreachable(): Problem {
  return { kind: 'unreachable', status: 0, title: '', detail: '', more: {} };
}

/** What a door's error says. */
export function problemOf(status: number, body: unknown): Problem {
  const found = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const { type, title, detail, status: _status, ...more } = found;
  const kind =
    String(type ?? '')
      .split(':')
      .pop() || 'unknown';
  return { kind, status, title: String(title ?? ''), detail: String(detail ?? ''), more };
}

/** One sentence for the person at the screen, in the screen's language. */
export function sentence(problem: Problem): string {
  if (problem.status === 0) return `${words.unreachable}. ${words.retry}`;
  const said = [problem.title, problem.detail].filter(Boolean).map(half);
  return said.join(' — ') || `${words.unknown} (${problem.status})`;
}
