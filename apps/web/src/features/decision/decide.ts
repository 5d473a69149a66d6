import type { AccessRequest } from '@countersign/api';
import type { Terms } from '@countersign/contract';
import { queryOptions, useMutation, useQuery } from '@tanstack/react-query';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { useSession } from '../../api/session.js';
import type { Signer } from '../../passkey/signer.js';
import { useSigner } from '../../passkey/signing-ui.js';

export type Decision =
  | { decision: 'approve'; digest: string }
  | { decision: 'deny'; digest: string; reason: string }
  | { decision: 'counter'; digest: string; terms: Terms };

/** The code that signs. Most requests need no signature, and on a slow line the page is usable without it earlier. */
const signingCode = queryOptions({
  queryKey: ['signing-code'],
  staleTime: Number.POSITIVE_INFINITY,
  throwOnError: true,
  queryFn: () => import('./countersign.js'),
});

/** What signs a decision: the code, and the reader's passkeys. */
export interface Signing {
  signer: Signer;
  countersign: typeof import('./countersign.js')['countersign'];
}

/** What the reader signs this tenant's decisions with: undefined while it loads, null if the reader has no valid passkey. */
export function useSigning(tenant: string, enabled: boolean): Signing | null | undefined {
  const signer = useSigner(tenant, enabled);
  const code = useQuery({ ...signingCode, enabled }).data;
  if (signer === null) return null;
  return signer === undefined || code === undefined ? undefined : { signer, countersign: code.countersign };
}

/**
 * Sends a decision on exactly the digest that the page showed, and reloads the result.
 *
 * @param signing null if nothing must be signed. A denial is never signed
 * @param onStored called even if the buttons have disappeared by then
 */
export function useDecide(
  request: AccessRequest,
  signing: Signing | null,
  onStored: (decision: Decision['decision']) => void,
) {
  const { id } = request;
  const { person } = useSession();
  return useMutation({
    mutationFn: async (decision: Decision) => {
      const narrowed = decision.decision === 'counter' ? decision.terms : undefined;
      const body =
        signing === null || decision.decision === 'deny'
          ? decision
          : {
              ...decision,
              countersignature: await signing.countersign(request, narrowed, {
                signer: signing.signer,
                person,
              }),
            };
      return unwrap(api.POST('/api/v1/requests/{id}/reviews', { params: { path: { id } }, body }));
    },
    onSuccess: (_review, { decision }) => onStored(decision),
    onSettled: () => readAgain(id),
  });
}

/** The requester accepts the offer or cancels the request. */
export function useAnswerOffer(id: string) {
  const accept = useMutation({
    mutationFn: (digest: string) =>
      unwrap(api.POST('/api/v1/requests/{id}/acceptance', { params: { path: { id } }, body: { digest } })),
    onSettled: () => readAgain(id),
  });
  const cancel = useMutation({
    mutationFn: (_request: AccessRequest) =>
      unwrap(api.POST('/api/v1/requests/{id}/cancel', { params: { path: { id } } })),
    onSettled: () => readAgain(id),
  });
  return { accept, cancel };
}

function readAgain(id: string): Promise<unknown> {
  return invalidate(['request', id], ['requests'], ['grants']);
}
