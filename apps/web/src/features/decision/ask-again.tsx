import type { AccessRequestDetail, Ask } from '@countersign/api';
import type { Terms } from '@countersign/contract';
import { useMutation } from '@tanstack/react-query';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { useText } from '../../text/language.js';
import { navigate } from '../../ui/address.js';
import { Button } from '../../ui/button.js';
import { Link } from '../../ui/link.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { decisionTexts } from './decision.text.js';

/** The engineer's button that sends the same request once more, under the rules of today. */
export function AskAgain({ request }: { request: AccessRequestDetail }) {
  const text = useText(decisionTexts);
  const again = useMutation({
    mutationFn: () => unwrap(api.POST('/api/v1/requests', { body: sameAsk(request) })),
    onSuccess: ({ id }) => navigate(`/requests/${id}`),
    onSettled: () => invalidate(['requests']),
  });
  // Access that was approved is asked for again with what is needed now.
  if (request.state === 'approved') return <AskChanged request={request} />;
  return (
    <div className="stack near no-print">
      {again.error === null ? null : <ProblemNotice error={again.error} />}
      <p>
        <Button look="primary" busy={again.isPending} onClick={() => again.mutate()}>
          {text.askAgain}
        </Button>
      </p>
      <AskChanged request={request} />
    </div>
  );
}

/** Leads to the form, filled in from this request. */
export function AskChanged({ request }: { request: Pick<AccessRequestDetail, 'id'> }) {
  const text = useText(decisionTexts);
  return (
    <p className="no-print">
      <Link className="button" to={`/ask?from=${request.id}`}>
        {text.askChanged}
      </Link>
    </p>
  );
}

/** What was asked, without its times: those may be past. */
function sameAsk({
  tenant,
  service,
  scope,
  duration,
  justification,
  ticket,
  reasonCode,
  terms,
}: AccessRequestDetail): Ask {
  const { budget, change, unmasked } = terms as Terms;
  return {
    ...{ tenant, service, scope, duration, justification: justification ?? '' },
    ...(ticket === null ? {} : { ticket }),
    ...(reasonCode === undefined ? {} : { reasonCode }),
    ...(budget === undefined ? {} : { budget }),
    ...(change === undefined ? {} : { change }),
    ...(unmasked && { unmasked }),
  };
}
