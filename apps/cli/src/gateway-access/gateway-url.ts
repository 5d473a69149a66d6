import { isLoopbackHost } from '@countersign/config';
import type { GrantAnswer } from '../api/shapes.js';
import { CliError } from '../runtime/cli-error.js';

/**
 * Where a grant's calls go, without a final slash. A token is sent there, so plain http is for this machine only.
 * @throws CliError `bad_answer`
 */
export function gatewayUrlOf(grant: GrantAnswer): string {
  const url = URL.canParse(grant.gatewayUrl) ? new URL(grant.gatewayUrl) : undefined;
  const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopbackHost(url.hostname));
  if (url === undefined || !safe || url.username !== '' || url.search !== '' || url.hash !== '') {
    throw new CliError('bad_answer', "the grant's gatewayUrl is no address that a token may be sent to");
  }
  return url.origin + url.pathname.replace(/\/$/, '');
}

/** @throws CliError `grant_not_active` with how the grant ended */
export function requireActive(grant: GrantAnswer): void {
  if (grant.state === 'active') return;
  const how = grant.endReason === null ? grant.state : `${grant.state} (${grant.endReason})`;
  throw new CliError('grant_not_active', `${grant.id} is ${how}`, { document: grant });
}
