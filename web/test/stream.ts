/** A door's stream as the server writes it, for tests that listen to one. */
export interface Door {
  /** `fetch` answers with it. */
  response: Response;
  send(kind: string, data: unknown, position?: number): void;
  end(): void;
  /** As `fetch` does when it is abandoned. */
  abandon(): void;
}

export function door(status = 200): Door {
  let out: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({ start: (controller) => void (out = controller) });
  let ended = false;
  const encoder = new TextEncoder();
  return {
    response: new Response(body, { status }),
    send(kind, data, position) {
      const id = position === undefined ? '' : `id: ${position}\n`;
      out.enqueue(encoder.encode(`${id}event: ${kind}\ndata: ${JSON.stringify(data)}\n\n`));
    },
    end() {
      ended = true;
      out.close();
    },
    abandon() {
      if (!ended) out.error(new DOMException('abandoned', 'AbortError'));
    },
  };
}

export const EMPTY = { assignments: [], units: [], incidents: [], kiosk_calls: [], work_orders: [] };
