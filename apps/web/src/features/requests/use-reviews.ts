import type { AccessRequest } from '@countersign/api';
import { useMutation } from '@tanstack/react-query';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';

export type ListReview = { decision: 'approve' } | { decision: 'deny'; reason: string };

/** One person's decision on exactly the digest that the list shows. The broker checks each by itself. */
const send = ({ id, digest }: AccessRequest, review: ListReview) =>
  unwrap(
    api.POST('/api/v1/requests/{id}/reviews', { params: { path: { id } }, body: { ...review, digest } }),
  );

const readAgain = () => invalidate(['requests'], ['request'], ['grants']);

/** Decides on one request of a list. */
export const useReview = (onStored: (request: AccessRequest, review: ListReview) => void) =>
  useMutation({
    mutationFn: ({ request, ...review }: { request: AccessRequest } & ListReview) =>
      send(request, review as ListReview),
    onSuccess: (_answer, { request, ...review }) => onStored(request, review as ListReview),
    onSettled: readAgain,
  });

export interface BulkResult {
  approved: AccessRequest[];
  failed: { request: AccessRequest; error: unknown }[];
}

/** Approves requests one after the other. One that fails stops none of the others. */
export const useBulkApproval = (onDone: (result: BulkResult) => void) =>
  useMutation({
    mutationFn: async (requests: readonly AccessRequest[]): Promise<BulkResult> => {
      const result: BulkResult = { approved: [], failed: [] };
      for (const request of requests)
        try {
          await send(request, { decision: 'approve' });
          result.approved.push(request);
        } catch (error) {
          result.failed.push({ request, error });
        }
      return result;
    },
    onSuccess: onDone,
    onSettled: readAgain,
  });
