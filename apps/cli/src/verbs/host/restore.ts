import { openFeedEpoch } from '@countersign/access';
import type { Answer, Context } from '../../runtime/context.js';
import { withStore } from './store.js';

/**
 * To be run once the database was restored from a backup, before anybody works again: opens a new epoch of the
 * gateways' feed, so that gateways which had heard more than the backup knows believe it again.
 */
export async function restore(context: Context): Promise<Answer> {
  const { epoch, after } = await withStore(context, {}, ({ deps }) => openFeedEpoch(deps));
  const text = [
    `The gateways' feed is in epoch ${epoch} now; gateways take it as soon as a broker runs.`,
    'What was decided since the backup is not in it: stop again what was stopped, revoke keys again that were revoked',
    '(API keys, signing keys, gateways). Grants that a gateway saw end stay dead at that gateway.',
  ].join('\n');
  return { document: { epoch, after }, text };
}
