import type { RecordDraft } from '../../apps/gateway/src/records/spool/record-chains.js';

/** Two runs of a gateway. */
export const BOOTS = [
  '01980000-0000-4000-8000-00000000000a',
  '01980000-0000-4000-8000-00000000000b',
] as const;

let ids = 0;
/** A new id. */
export const recordId = () => `rec_01980000-0000-7000-8000-${String(++ids).padStart(12, '0')}`;

/** An allowed call that is not yet part of a chain. `padding` makes it longer. */
export function allowed(tenant = 'acme', boot: string = BOOTS[0], padding = 0): RecordDraft {
  return {
    record: {
      v: 1,
      kind: 'allowed',
      id: recordId(),
      gateway: 'gtw_01980000-0000-7000-8000-000000000001',
      boot,
      tenant,
      at: '2026-11-24T15:00:00.000Z',
      grant: 'grt_01980000-0000-7000-8000-000000000001',
      digest: `sha256:${'d'.repeat(64)}`,
      request: 'req_01980000-0000-7000-8000-000000000001',
      service: 'billing',
      person: 'usr_01980000-0000-7000-8000-000000000001',
      method: 'GET',
      path: `c1:${'A'.repeat(43)}`,
      mode: 'gateway',
      route: '/x',
      resource: 'x',
      action: `read${'x'.repeat(padding)}`,
    },
    openings: { path: { value: '/x', salt: 'A'.repeat(43) } },
  };
}

/** The outcome of that call. */
export function outcome(of: RecordDraft): RecordDraft {
  const { v, id, gateway, boot, tenant, at } = of.record;
  return {
    record: {
      v,
      kind: 'outcome',
      id,
      gateway,
      boot,
      tenant,
      at,
      status: 200,
      bytes: 1,
      bodySha256: null,
      durationMs: 1,
      outcome: 'completed',
    },
    openings: {},
  };
}

/** A refusal in the same tenant. */
export function refused(tenant = 'acme', boot: string = BOOTS[0], padding = 0): RecordDraft {
  const { record, openings } = allowed(tenant, boot, padding);
  if (record.kind !== 'allowed') throw new Error('this cannot be');
  return { record: { ...record, kind: 'refused', code: 'insufficient_scope', count: 1 }, openings };
}

/** A record in which the gateway signs a chain. */
export function head(tenant = 'acme', boot: string = BOOTS[0]): RecordDraft {
  const { v, id, gateway, at } = allowed(tenant, boot).record;
  return { record: { v, id, gateway, boot, at, tenant, kind: 'head' }, openings: {} };
}
