import type { AccessRequest } from '@countersign/api';
import type { ReactNode } from 'react';
import { useSession } from '../../api/session.js';
import { useText } from '../../text/language.js';
import { RequestStateBadge, RiskBadge } from '../../ui/badge.js';
import { Countdown } from '../../ui/clock.js';
import { Link } from '../../ui/link.js';
import { OutdatedMark } from '../decision/outdated.js';
import { Sentence } from '../decision/request-sentence.js';
import { inboxTexts } from './inbox.text.js';
import { linkText } from './queue.js';

/** A request in a list: its sentence, its risk and the time that is left to decide. */
export function RequestCard({
  request,
  showState = false,
  children,
}: {
  request: AccessRequest;
  showState?: boolean;
  children?: ReactNode;
}) {
  const text = useText(inboxTexts);
  const session = useSession();
  return (
    <article className="sheet stack" aria-label={request.id}>
      <div className="row between">
        <span className="row near">
          {showState ? <RequestStateBadge request={request} /> : null}
          <RiskBadge impact={request.needs.impact} />
        </span>
        <span className="soft">
          <Countdown until={request.lapsesAt} /> {text.left}
        </span>
      </div>
      <Sentence request={request} short />
      <OutdatedMark request={request} badge={!showState} />
      <div className="row">
        {children}
        <Link className="button" to={`/requests/${request.id}`}>
          {text[linkText(request, session)]}
        </Link>
      </div>
    </article>
  );
}
