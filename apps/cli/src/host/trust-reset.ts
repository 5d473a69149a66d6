import { cancelReset, resetTrust } from '@countersign/access';
import type { Answer, Context } from '../command/context.js';
import { usageError } from '../command/errors.js';
import { parseSlug } from '../command/flags.js';
import { withStore } from './database.js';

export type ResetOptions = { reason?: string; cancel?: boolean };

const MAX_REASON = 2_000;

/** Declares that a claimed tenant has lost all its keys, or takes that back. By itself it opens nothing. */
export async function resetTenant(context: Context, name: string, options: ResetOptions): Promise<Answer> {
  const tenant = parseSlug('the first argument', name);
  const { reason = '', cancel = false } = options;
  if (cancel === (reason.trim() !== '')) throw usageError('either --reason or --cancel is needed');
  if (reason.length > MAX_REASON) throw usageError(`--reason has at most ${MAX_REASON} characters`);
  const { id, state } = await withStore(context, {}, ({ deps }) =>
    cancel ? cancelReset(deps, tenant) : resetTrust(deps, tenant, reason.trim()),
  );
  return {
    document: { id, tenant, state },
    text: cancel ? `The reset of ${tenant} is called off; its claim stays.` : formatReset(tenant, id),
  };
}

const formatReset = (tenant: string, id: string): string =>
  [
    `${id} is announced to ${tenant}’s people and to your security admins, and is written to both logs.`,
    'It opens nothing by itself. The tenant’s people now enrol new passkeys and claim the tenant again on its page. A',
    'gateway follows the new claim 72 hours after it is pinned on the gateway’s own host (countersign gateways pin).',
    'Until then the present claim applies. --cancel calls the reset off; so may any of the tenant’s admins, or anyone who',
    'can still sign with the old keys.',
  ].join('\n');
