import {
  formatDuration,
  type InvitationStatement,
  parseDuration,
  type Recurrence,
  type ScopeEntry,
} from '@countersign/contract';
import { useMutation, useQuery } from '@tanstack/react-query';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { useSession } from '../../api/session.js';
import type { Signer } from '../../passkey/signer.js';
import { SigningPages } from '../../passkey/signing-pages.js';
import { buildInvitation } from '../../passkey/statements.js';

interface InvitationDraft {
  service: string;
  scope: ScopeEntry[];
  until: string;
  ticket?: string;
  uses?: number;
  recurs?: Recurrence;
  /** E-mail addresses. */
  requesters?: string[];
  /** Requests may ask that hidden fields are shown. */
  unmasked?: true;
  /** The longest time that one access may last, in seconds. */
  longest: number;
}

/** Creates an invitation, signed by its author if there is a `signer`. */
export function useInvite(slug: string, signer: Signer | null, onInvited: () => void) {
  const { person } = useSession();
  return useMutation({
    mutationFn: async (draft: InvitationDraft) => {
      const params = { path: { slug } };
      const signed = signer === null ? {} : await countersign(slug, draft, signer, person);
      const body = { ...bodyOf(draft), ...signed };
      return unwrap(api.POST('/api/v1/tenants/{slug}/invitations', { params, body }));
    },
    onSuccess: onInvited,
    onSettled: () => invalidate(['invitations', slug]),
  });
}

const bodyOf = ({ longest, ...rest }: InvitationDraft) => ({ ...rest, maxDuration: formatDuration(longest) });

/**
 * The longest time, in seconds, that the policies allow for one access under such an invitation. The form needs it
 * beforehand, because the chosen time is signed.
 */
export function useLongestDuration(
  slug: string,
  draft: Pick<InvitationDraft, 'service' | 'scope' | 'until' | 'recurs' | 'unmasked'> | null,
) {
  return useQuery({
    queryKey: ['invitation-longest', slug, draft],
    enabled: draft !== null,
    queryFn: async ({ signal }) => {
      if (draft === null) throw new Error('there is nothing to ask about');
      const { longest } = await unwrap(
        api.POST('/api/v1/tenants/{slug}/invitations/statement', {
          params: { path: { slug } },
          body: draft,
          signal,
        }),
      );
      return parseDuration(longest) ?? 0;
    },
  });
}

/** @throws PasskeyProblem, ApiProblem */
function countersign(slug: string, draft: InvitationDraft, signer: Signer, person: string) {
  return SigningPages.open([signer.at], async (pages) => {
    const { statement, openings } = await unwrap(
      api.POST('/api/v1/tenants/{slug}/invitations/statement', {
        params: { path: { slug } },
        body: bodyOf(draft),
      }),
    );
    const { longest, requesters, ...members } = draft;
    const engineers = requesters === undefined ? {} : { engineers: requesters.length };
    const chosen = { ...members, ...engineers, maxSeconds: longest, tenant: slug, person };
    const ownStatement = await buildInvitation(chosen, statement as InvitationStatement, openings.ticket);
    return { countersignature: await pages.sign(ownStatement, signer, { openings }), openings };
  });
}
