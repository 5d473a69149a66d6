import type { Grant } from '@countersign/api';
import { accessWords } from '@countersign/wording';
import type { ReactNode } from 'react';
import { useNames, useOrganisation } from '../../api/organisation.js';
import { may, useSession } from '../../api/session.js';
import { numberText } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { GrantAccessBadge } from '../../ui/badge.js';
import { Countdown } from '../../ui/clock.js';
import { Link } from '../../ui/link.js';
import { accessTexts } from './access.text.js';
import { BlockedNotice } from './blocked.js';
import { Pace } from './pace.js';

/** A grant in a list: who may do what, the time that is left and the number of calls. */
export function GrantCard({ grant, children }: { grant: Grant; children?: ReactNode }) {
  const text = useText(accessTexts);
  const language = useLanguage();
  const name = useNames([grant.requester]);
  const organisation = useOrganisation();
  const session = useSession();
  return (
    <article className="sheet stack has-target" aria-label={grant.id}>
      <div className="row between">
        <GrantAccessBadge access={grant.access} endReason={grant.endReason} />
        <Left grant={grant} />
      </div>
      <p>
        <span className="strong">{name(grant.requester)}</span>: {accessWords(grant, language)},{' '}
        {grant.service}, {organisation.tenant(grant.tenant)}
      </p>
      <BlockedNotice grant={grant} />
      <p className="soft">{text.calls(numberText(grant.used.calls, language))}</p>
      <Pace grant={grant} />
      {children}
      <div className="row">
        <Link className="button row-link" to={`/grants/${grant.id}`}>
          {may(session, 'grant.revoke') ? text.watch : text.watchOnly}
        </Link>
      </div>
    </article>
  );
}

function Left({ grant: { access, startsAt, endsAt } }: { grant: Grant }) {
  const text = useText(accessTexts);
  if (access !== 'open' && access !== 'not_yet') return null;
  const until = access === 'open' ? endsAt : startsAt;
  if (until === null) return <span className="soft">{text.firstUse}</span>;
  return (
    <span>
      <span className="strong">
        <Countdown until={until} />
      </span>{' '}
      <span className="soft">{access === 'open' ? text.left : text.begins}</span>
    </span>
  );
}
