import type { InvitationStatement, ScopeEntry } from '@countersign/scope';
import { useMutation } from '@tanstack/react-query';
import { api } from '../../api/client.js';
import { answered } from '../../api/problem.js';
import { queryClient } from '../../api/query-client.js';
import { useSession } from '../../api/session.js';
import { invitationOf } from '../../passkey/invitation.js';
import { Places } from '../../passkey/places.js';
import type { Signer } from '../../passkey/signer.js';

export interface InvitationDraft {
  service: string;
  scope: ScopeEntry[];
  until: string;
  ticket?: string;
  uses?: number;
}

/** Invites, under the author's signature where `signer` is given. */
export function useInvite(slug: string, signer: Signer | null, onInvited: () => void) {
  const { person } = useSession();
  return useMutation({
    mutationFn: async (draft: InvitationDraft) => {
      const params = { path: { slug } };
      const signed = signer === null ? {} : await countersigned(slug, draft, signer, person);
      return answered(
        api.POST('/api/v1/tenants/{slug}/invitations', { params, body: { ...draft, ...signed } }),
      );
    },
    onSuccess: onInvited,
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['invitations', slug] }),
  });
}

/** @throws PasskeyProblem, ApiProblem */
function countersigned(slug: string, draft: InvitationDraft, signer: Signer, person: string) {
  return Places.at([signer.at], async (places) => {
    const { statement, openings } = await answered(
      api.POST('/api/v1/tenants/{slug}/invitations/statement', { params: { path: { slug } }, body: draft }),
    );
    const chosen = { ...draft, tenant: slug, person };
    const made = await invitationOf(chosen, statement as InvitationStatement, openings.ticket);
    return { countersignature: await places.sign(made, signer, { openings }), openings };
  });
}
