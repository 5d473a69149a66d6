import type { TrustDocument } from '@countersign/scope';
import { useMutation } from '@tanstack/react-query';
import { api } from '../../api/client.js';
import { answered } from '../../api/problem.js';
import { readTrustAgain, type TrustProposal } from '../../api/trust.js';
import { duesOf, signProposal } from './sign-proposal.js';

/** Proposes exactly this document, and signs it with what its author has. */
export function usePropose(slug: string, current: TrustDocument | null, person: string) {
  return useMutation({
    mutationFn: async (document: TrustDocument): Promise<TrustProposal> => {
      const proposal = await answered(
        api.POST('/api/v1/tenants/{slug}/trust/proposals', {
          params: { path: { slug } },
          body: { document },
        }),
      );
      return signProposal(slug, { ...proposal, document }, duesOf(current, proposal, person));
    },
    onSettled: () => readTrustAgain(slug),
  });
}
