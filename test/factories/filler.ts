import type { AccessRequest, DraftOf } from '@countersign/access';
import { EVENTS } from '@countersign/contract';

/** Some person, by whom some of these events are. */
const PERSON = 'usr_0199f0a0-7b2c-7001-8000-00000000f111';

/** An event that is of no interest: it makes the log of a tenant, or the vendor's own, longer. @param person tells it from others */
export const filler = (
  at = '2026-01-01T00:00:00Z',
  person: string | number = PERSON,
): DraftOf<'preferences.changed'> => ({
  ...{ type: 'preferences.changed', at, actor: 'job' },
  data: { person: String(person) },
});

/** The same for the deployment's log. */
export const deploymentFiller = (at = '2026-01-01T00:00:00Z', number = 0): DraftOf<'notice.retried'> => ({
  ...{ type: 'notice.retried', at, actor: PERSON },
  data: { notice: 'ntc_filler', deliveries: number },
});

/** An event of a tenant with a personal value, whose name is `subject`. */
export const personalFiller = (at: string, subject: string): DraftOf<'identity.pinned'> => ({
  ...{ type: 'identity.pinned', at, actor: PERSON },
  data: { person: PERSON, issuer: 'https://idp.example' },
  personal: { subject },
});

/** What a request's own event says. */
export const createdEvent = (
  { id, requester, digest, state, terms, needs }: AccessRequest,
  at: string,
  actor = requester,
): DraftOf<'request.created'> => ({
  ...{ type: 'request.created', at, actor },
  data: {
    ...{ request: id, requester, digest, state, terms },
    needs: {
      vendor: needs.vendor,
      customer: { required: 1, approved: 0, countersignature: false, channels: ['web'] },
      risk: needs.risk,
    },
  },
});

/**
 * An event that only a later release declares: the store of this process takes it, and no verifier of this release knows it.
 * Undo it by `forget` once it is appended: the files of a test run share the table.
 */
export function laterEvent(
  type: string,
  at: string,
): { draft: DraftOf<'preferences.changed'>; forget: () => void } {
  Object.assign(EVENTS, {
    [type]: { ...EVENTS['preferences.changed'], log: ['tenant', 'deployment', 'vendor'] },
  });
  return {
    draft: { ...filler(at), type: type as 'preferences.changed' },
    forget: () => void Reflect.deleteProperty(EVENTS, type),
  };
}
