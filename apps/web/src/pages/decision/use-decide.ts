import type { Terms } from '@countersign/contract';
import { useMutation } from '@tanstack/react-query';
import { type AccessRequest, api } from '../../api/client.js';
import { answered } from '../../api/problem.js';
import { queryClient } from '../../api/query-client.js';
import { useSession } from '../../api/session.js';
import type { Signer } from '../../passkey/signer.js';
import { countersign } from './countersign.js';

export type Decision =
  | { decision: 'approve'; digest: string }
  | { decision: 'deny'; digest: string; reason: string }
  | { decision: 'counter'; digest: string; terms: Terms };

/**
 * Stores a decision on exactly the digest that the reader was shown. What comes of it is read again at once.
 *
 * @param signer null where nothing has to be signed; a denial never has to be
 * @param onStored told also where the buttons are gone by then
 */
export function useDecide(
  request: AccessRequest,
  signer: Signer | null,
  onStored: (decision: Decision['decision']) => void,
) {
  const { id } = request;
  const { person } = useSession();
  return useMutation({
    mutationFn: async (decision: Decision) => {
      const narrowed = decision.decision === 'counter' ? decision.terms : undefined;
      const body =
        signer === null || decision.decision === 'deny'
          ? decision
          : { ...decision, countersignature: await countersign(request, narrowed, { signer, person }) };
      return answered(api.POST('/api/v1/requests/{id}/reviews', { params: { path: { id } }, body }));
    },
    onSuccess: (_review, { decision }) => onStored(decision),
    onSettled: () => readAgain(id),
  });
}

/** The requester takes the offer, or the request back. */
export function useAnswerOffer(id: string) {
  const accept = useMutation({
    mutationFn: (digest: string) =>
      answered(api.POST('/api/v1/requests/{id}/acceptance', { params: { path: { id } }, body: { digest } })),
    onSettled: () => readAgain(id),
  });
  const cancel = useMutation({
    mutationFn: (_request: AccessRequest) =>
      answered(api.POST('/api/v1/requests/{id}/cancel', { params: { path: { id } } })),
    onSettled: () => readAgain(id),
  });
  return { accept, cancel };
}

function readAgain(id: string): Promise<unknown> {
  return Promise.all([
    queryClient.invalidateQueries({ queryKey: ['request', id] }),
    queryClient.invalidateQueries({ queryKey: ['requests'] }),
    queryClient.invalidateQueries({ queryKey: ['grants'] }),
  ]);
}
