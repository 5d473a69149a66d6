import { useQuery } from '@tanstack/react-query';
import { useSession } from '../api/session.js';
import { passkeysQuery, trustQuery } from '../api/trust.js';
import { type Signer, signerOf } from './signer.js';

/** What the reader signs decisions of this tenant with: undefined while it is read, null where there is nothing. */
export function useSigner(tenant: string, enabled: boolean): Signer | null | undefined {
  const { person } = useSession();
  const trust = useQuery({ ...trustQuery(tenant), enabled }).data;
  const passkeys = useQuery({ ...passkeysQuery(tenant), enabled }).data;
  if (trust === undefined || passkeys === undefined) return undefined;
  return signerOf(trust, passkeys.items, person);
}
