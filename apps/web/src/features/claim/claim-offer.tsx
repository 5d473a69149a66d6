import { useQuery } from '@tanstack/react-query';
import { useOrganisation } from '../../api/organisation.js';
import { hasRole, useSession } from '../../api/session.js';
import { trustQuery } from '../../api/trust.js';
import { useText } from '../../text/language.js';
import { Notice } from '../../ui/badge.js';
import { Help } from '../../ui/help.js';
import { Link } from '../../ui/link.js';
import { claimTexts } from './claim.text.js';

/** Offers the admins of an unclaimed tenant to claim it. */
export function ClaimOffer() {
  const text = useText(claimTexts);
  const session = useSession();
  const slug = session.tenant ?? '';
  const isAdmin = session.tenant !== null && hasRole(session, 'admin');
  const organisation = useOrganisation();
  const trust = useQuery({ ...trustQuery(slug), enabled: isAdmin }).data;
  if (!isAdmin || trust === undefined || trust.claimed) return null;
  return (
    <Notice tone="wait" icon="open">
      <p className="strong">
        {text.offerTitle(organisation.tenant(slug))} <Help about="vendors-word" word={text.wordVendor} />
      </p>
      <p>{text.offer}</p>
      <p>
        <Link className="button" to="/claim">
          {text.offerButton}
        </Link>
      </p>
    </Notice>
  );
}
