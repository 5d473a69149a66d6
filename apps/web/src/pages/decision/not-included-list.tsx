import type { ScopeEntry } from '@countersign/contract';
import { actionsOutsideScope } from '@countersign/contract';
import { entryWords } from '@countersign/wording';
import type { AccessRequest, Service } from '../../api/client.js';
import { useOrganisation } from '../../api/organisation.js';
import { useLanguage, useText } from '../../text/language.js';
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
      <p className="soft">{text.notIncludedRest(organisation.tenant(request.tenant), request.service)}</p>
    </section>
  );
}
