import type { TrustDocument } from '@countersign/scope';
import { useQuery } from '@tanstack/react-query';
import { hasRole, useSession } from '../../api/session.js';
import { draftQuery, type Trust } from '../../api/trust.js';
import { SigningNotice } from '../../passkey/signing-notice.js';
import { useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { Changes } from './change-list.js';
import { trustTexts } from './trust.text.js';
import { usePropose } from './use-propose.js';

/** For an admin: what the next version would say as things stand, proposed and signed in one press. */
export function NextVersion({ slug, trust }: { slug: string; trust: Trust }) {
  const text = useText(trustTexts);
  const session = useSession();
  const mayPropose = hasRole(session, 'admin') && session.assurance === 'oidc';
  const draft = useQuery({ ...draftQuery(slug), enabled: mayPropose }).data;
  const current = trust.document as TrustDocument;
  const propose = usePropose(slug, current, session.person);
  if (!mayPropose || draft === undefined) return null;
  return (
    <section className="stack near">
      <h2>{text.propose}</h2>
      <p className="soft">{text.proposeLead}</p>
      <Changes current={current} next={draft} />
      <SigningNotice error={propose.error} />
      <p>
        <Button busy={propose.isPending} onClick={() => propose.mutate(draft)}>
          {text.propose}
        </Button>
      </p>
    </section>
  );
}
