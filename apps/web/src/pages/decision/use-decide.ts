import type { Terms } from '@countersign/scope';
import { useMutation } from '@tanstack/react-query';
import { type AccessRequest, api } from '../../api/client.js';
import { answered } from '../../api/problem.js';
import { queryClient } from '../../api/query-client.js';

export type Decision =
  | { decision: 'approve'; digest: string }
  | { decision: 'deny'; digest: string; reason: string }
  | { decision: 'counter'; digest: string; terms: Terms };

/**
 * Stores a decision on exactly the digest that the reader was shown. What comes of it is read again at once.
 *
 * @param onStored told also where the buttons are gone by then
 */
export function useDecide(id: string, onStored: (decision: Decision['decision']) => void) {
  return useMutation({
    mutationFn: (body: Decision) =>
      answered(api.POST('/api/v1/requests/{id}/reviews', { params: { path: { id } }, body })),
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
