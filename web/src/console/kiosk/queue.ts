import type { KioskCall } from '../../api/shapes';

/** Who is spoken with comes first, then whoever waits longest. Total, so that lines never swap by chance. */
export function inTurn(calls: Iterable<KioskCall>): KioskCall[] {
  return [...calls].sort(
    (a, b) =>
      Number(a.state === 'waiting') - Number(b.state === 'waiting') ||
      a.called_at.localeCompare(b.called_at) ||
      a.kiosk_call_id.localeCompare(b.kiosk_call_id),
  );
}

/** What people call the kiosk, by the pack's name of its device. */
export function kioskName(call: Pick<KioskCall, 'kiosk'>, nameOf: (scope: string) => string): string {
  return nameOf(`device:${call.kiosk}`);
}
