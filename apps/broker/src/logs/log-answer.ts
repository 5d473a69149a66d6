import type { StoredEvent } from '@countersign/access';
import { z } from 'zod';
import { component, digestText, idText, instant, pageOf } from '../openapi/components.js';

export const eventShape = component(
  'Event',
  z.object({
    index: z.int().describe('The place in the log, from 0 without gaps.'),
    v: z.literal(1),
    type: z.string(),
    at: instant(),
    tenant: z.string(),
    seq: z.int(),
    actor: z.string().describe('`usr_…`, `gtw_…`, `job` or `host`.'),
    data: z.record(z.string(), z.unknown()),
    commitments: z.record(z.string(), z.string()),
  }),
);
export const eventPage = pageOf('EventPage', eventShape);

/** The leaf as it is hashed, with its index. */
export function eventAnswer({ index, leaf }: StoredEvent): z.infer<typeof eventShape> {
  return { index, ...(JSON.parse(leaf) as Omit<z.infer<typeof eventShape>, 'index'>) };
}

export const recordShape = component(
  'AccessRecord',
  z.object({
    id: idText('rec', 'The record; the gateway’s answer named it in Countersign-Record.'),
    at: instant(),
    grant: idText('grt', 'The grant that was used.'),
    digest: digestText(),
    request: idText('req', 'The request behind it.'),
    service: z.string(),
    person: idText('usr', 'Who called.'),
    method: z.string(),
    path: z.string().nullable().describe('The upstream path with its query; null once erased.'),
    route: z.string().nullable(),
    resource: z.string().nullable(),
    action: z.string().nullable(),
    decision: z.enum(['allowed', 'refused']),
    code: z.string().nullable().describe('Why it was refused.'),
    count: z.int().describe('More than one where alike refusals were folded.'),
    mode: z.enum(['gateway', 'authz', 'middleware']),
    trust: z.string().nullable(),
    status: z.int().nullable(),
    bytes: z.int().nullable(),
    bodySha256: z.string().nullable(),
    durationMs: z.int().nullable(),
    outcome: z.enum(['completed', 'cut', 'failed', 'unknown']).nullable(),
    gateway: idText('gtw', 'Which gateway.'),
    boot: z.string(),
    seq: z.int(),
  }),
);
export const recordPage = pageOf('AccessRecordPage', recordShape);
