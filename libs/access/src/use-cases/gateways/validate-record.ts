import type { AccessRecordView } from '@countersign/contract';
import { type GatewayBinding, serves } from '../../domain/gateway-binding.js';
import type { Grant } from '../../domain/grant.js';

/**
 * Why a record of a call is not taken as one. Each name says which of its statements the store contradicts.
 */
export type RecordMismatch = 'binding' | 'grant' | 'digest' | 'request' | 'person' | 'service' | 'window';

/** A record of a call, with what the store knows. */
interface RecordFacts {
  record: AccessRecordView;
  binding: GatewayBinding;
  /** The grant that the record names; undefined if its tenant has no such grant. */
  grant: Grant | undefined;
}

/** A gateway's clock and the broker's differ by at most this, or the gateway refuses all calls. */
const CLOCK_TOLERANCE_MS = 5_000;
/**
 * A grant that was ended early may be used this much longer: a gateway that loses contact refuses calls after 10 s, and its
 * clock may be behind.
 */
const STOP_TOLERANCE_MS = 10_000 + CLOCK_TOLERANCE_MS;

/** A check of a record after its grant was found. */
type Check = (record: AccessRecordView, grant: Grant) => boolean;

/**
 * Every check of a record against its grant, in order. Those of `allowed` calls hold for no refused call: a call is refused
 * just because it came too late, or was sent to another service than that of its grant.
 */
const CHECKS: readonly { mismatch: RecordMismatch; of: 'every' | 'allowed'; holds: Check }[] = [
  { mismatch: 'digest', of: 'every', holds: ({ digest }, grant) => digest === grant.digest },
  { mismatch: 'request', of: 'every', holds: ({ request }, grant) => request === grant.request },
  { mismatch: 'person', of: 'every', holds: ({ person }, grant) => person === grant.requester },
  { mismatch: 'service', of: 'allowed', holds: ({ service }, grant) => service === grant.service },
  { mismatch: 'window', of: 'allowed', holds: ({ at }, grant) => isWithinWindow(Date.parse(at), grant) },
];

/**
 * Compares the record of a call with the store: a gateway whose credential or host was taken over may send anything.
 *
 * @returns the first statement that the store contradicts; undefined if the record may be taken
 */
export function findMismatch({ record, binding, grant }: RecordFacts): RecordMismatch | undefined {
  if (!serves(binding, record)) return 'binding';
  if (grant === undefined) return 'grant';
  return CHECKS.find(
    ({ of, holds }) => (of === 'every' || record.decision === 'allowed') && !holds(record, grant),
  )?.mismatch;
}

/** Whether a call at this time (milliseconds since the epoch) lies in the grant's window, or shortly after its early end. */
function isWithinWindow(at: number, { startsAt, endsAt, endedAt }: Grant): boolean {
  if (startsAt === null || endsAt === null) return false;
  if (at < Date.parse(startsAt) - CLOCK_TOLERANCE_MS) return false;
  if (at >= Date.parse(endsAt) + CLOCK_TOLERANCE_MS) return false;
  return endedAt === null || at < Date.parse(endedAt) + STOP_TOLERANCE_MS;
}
