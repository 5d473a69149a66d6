import type { AccessRequest, DraftOf } from '@countersign/access';
import { EVENTS } from '@countersign/contract';

/** An event that is of no interest: it makes a log longer. @param name tells it from others, as `number` does */
export const filler = (
  at = '2026-01-01T00:00:00Z',
  number = 0,
  name = 'ntc_filler',
): DraftOf<'notice.retried'> => ({
  ...{ type: 'notice.retried', at, actor: 'job' },
  data: { notice: name, deliveries: number },
});

/** The same with a personal value, whose name is `subject`. */
export const personalFiller = (at: string, subject: string): DraftOf<'identity.pinned'> => ({
  ...{ type: 'identity.pinned', at, actor: 'job' },
  data: { person: 'usr_filler', issuer: 'https://idp.example' },
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
): { draft: DraftOf<'notice.retried'>; forget: () => void } {
  Object.assign(EVENTS, { [type]: EVENTS['notice.retried'] });
  return {
    draft: { ...filler(at), type: type as 'notice.retried' },
    forget: () => void Reflect.deleteProperty(EVENTS, type),
  };
}
