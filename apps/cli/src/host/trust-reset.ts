import { cancelReset, resetTrust } from '@countersign/access';
import type { Answer, Context } from '../command/context.js';
import { usageError } from '../command/errors.js';
import { slug } from '../command/flags.js';
import { withStore } from './database.js';

export type ResetOptions = { reason?: string; cancel?: boolean };

const LONGEST_REASON = 2_000;

/** Says that a claimed tenant lost all its keys, or takes that back. Opens nothing by itself. */
export async function resetTenant(context: Context, name: string, options: ResetOptions): Promise<Answer> {
  const tenant = slug('the first argument', name);
  const { reason = '', cancel = false } = options;
  if (cancel === (reason.trim() !== '')) throw usageError('either --reason or --cancel is needed');
  if (reason.length > LONGEST_REASON) throw usageError(`--reason has at most ${LONGEST_REASON} characters`);
  const { id, state } = await withStore(context, {}, ({ deps }) =>
    cancel ? cancelReset(deps, tenant) : resetTrust(deps, tenant, reason.trim()),
  );
  return {
    document: { id, tenant, state },
    text: cancel ? `The reset of ${tenant} is called off; what was claimed stays.` : begun(tenant, id),
  };
}

const begun = (tenant: string, id: string): string =>
  [
    `${id} is announced to ${tenant}’s people and your security admins, and stands in both logs.`,
    'Nothing is open by it. Its people now enrol new passkeys and claim the tenant anew on its page; gateways go by',
    'that claim 72 hours after each is pinned to it on its own host (countersign gateways pin). Until then what stands,',
    'stands. --cancel calls it off, and so does any of its admins, or whoever still signs with the old keys.',
  ].join('\n');
