import type { AccessRequest, AccessRequestDetail, Service } from '@countersign/api';
import { actionsOutsideScope, type ScopeEntry } from '@countersign/contract';
import { entryWords } from '@countersign/wording';
import { useNames, useOrganisation } from '../../api/organisation.js';
import { useSession } from '../../api/session.js';
import { useLanguage, useText } from '../../text/language.js';
import { Instant } from '../../ui/clock.js';
import { Link } from '../../ui/link.js';
import { decisionTexts } from './decision.text.js';

export function NotIncluded({
  request,
  scope,
  service,
}: {
  request: AccessRequest;
  scope: readonly ScopeEntry[];
  service: Service | undefined;
}) {
  const text = useText(decisionTexts);
  const language = useLanguage();
  const organisation = useOrganisation();
  const { person } = useSession();
  const rest = request.requester === person ? 'notIncludedOwn' : 'notIncludedRest';
  const shared = service?.routes.filter((route) => route.shared).map(({ path }) => path) ?? [];
  const excluded = service === undefined ? [] : actionsOutsideScope(scope, service);
  return (
    <section className="stack near">
      <h2>{text.notIncluded}</h2>
      {excluded.length === 0 ? null : (
        <ul className="bullets">
          {excluded.map(({ entry, partly }) => {
            const phrase = entryWords(entry, language);
            return <li key={phrase}>{partly ? text.partly(phrase) : phrase}</li>;
          })}
        </ul>
      )}
      <p className="soft">{text[rest](organisation.tenant(request.tenant), request.service)}</p>
      {shared.length === 0 ? null : <p className="soft">{text.shared(shared.join(', '))}</p>}
    </section>
  );
}

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
