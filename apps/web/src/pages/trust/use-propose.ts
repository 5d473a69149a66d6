import type { TrustDocument } from '@countersign/contract';
import { useMutation } from '@tanstack/react-query';
import { api } from '../../api/client.js';
import { answered } from '../../api/problem.js';
import { readTrustAgain, type TrustProposal } from '../../api/trust.js';
import { type Place, placeOf } from '../../passkey/place.js';
import { Places } from '../../passkey/places.js';
import { duesOf, signProposal } from './sign-proposal.js';

/** Proposes exactly this document, and signs it with what its author has. */
export function usePropose(slug: string, current: TrustDocument | null, person: string) {
  return useMutation({
    mutationFn: (document: TrustDocument): Promise<TrustProposal> =>
      Places.at(placesOf(current, document), async (places) => {
        const proposal = await answered(
          api.POST('/api/v1/tenants/{slug}/trust/proposals', {
            params: { path: { slug } },
            body: { document },
          }),
        );
        const dues = duesOf(current, proposal, person);
        return signProposal(slug, { ...proposal, document }, dues, places);
      }),
    onSettled: () => readTrustAgain(slug),
  });
}

/** Where its author may have to sign. */
const placesOf = (current: TrustDocument | null, next: TrustDocument): Place[] => [
  ...(current === null ? [] : [placeOf(current.origins)]),
  placeOf(next.origins),
];
