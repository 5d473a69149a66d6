import { Link } from 'react-router';
import type { AccessRequestDetail } from '../../api/client.js';
import { useNames } from '../../api/names.js';
import { useText } from '../../text/language.js';
import { Instant } from '../../ui/clock.js';
import { decisionTexts } from './decision.text.js';

export function EarlierDenials({ denials }: { denials: AccessRequestDetail['earlierDenials'] }) {
  const text = useText(decisionTexts);
  const name = useNames(denials.map(({ requester }) => requester));
  if (denials.length === 0) return null;
  return (
    <section className="stack near">
      <h2>{text.denials}</h2>
      <ul className="bullets">
        {denials.map(({ request, requester, deniedAt, reason }) => (
          <li key={request}>
            <Link to={`/requests/${request}`}>{name(requester)}</Link>, {text.denied}{' '}
            <Instant at={deniedAt} />: “{reason ?? text.noReasonGiven}”
          </li>
        ))}
      </ul>
    </section>
  );
}
