import { Link } from 'react-router';
import type { AccessRequest } from '../../api/client.js';
import { useText } from '../../text/language.js';
import { CopyId } from '../../ui/copy.js';
import { decisionTexts } from './decision.text.js';

/** For whoever checks later: the ids, and the terms as they are hashed. */
export function Details({ request }: { request: AccessRequest }) {
  const text = useText(decisionTexts);
  return (
    <>
      {request.grant === null ? null : (
        <p className="row">
          <Link className="button primary" to={`/grants/${request.grant}`}>
            {text.watch}
          </Link>
          <Link className="button" to={`/grants/${request.grant}/receipt`}>
            {text.receipt}
          </Link>
        </p>
      )}
      <details className="details">
        <summary>{text.details}</summary>
        <dl className="facts">
          <dt>{text.request}</dt>
          <dd>
            <CopyId id={request.id} />
          </dd>
          <dt>{text.digest}</dt>
          <dd>
            <CopyId id={request.digest} />
          </dd>
        </dl>
        <pre className="terms">{JSON.stringify(request.terms, null, 2)}</pre>
      </details>
    </>
  );
}
