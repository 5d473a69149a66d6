import type { Grant } from '@countersign/api';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { api } from '../../api/client.js';
import { manyGrantsQuery } from '../../api/grants.js';
import { unwrap } from '../../api/problem.js';
import { useSession } from '../../api/session.js';
import { useText } from '../../text/language.js';
import { useSearchParams } from '../../ui/address.js';
import { Button } from '../../ui/button.js';
import { Link } from '../../ui/link.js';
import { Page } from '../../ui/page.js';
import { Empty, Loaded, ProblemNotice } from '../../ui/query-states.js';
import { GrantCard } from '../grants/grant-card.js';
import { chosenAtOnce, isBlockedAt, isOpenAt } from './choice.js';
import { openTexts } from './open.text.js';

/**
 * `/open`: where a gateway sends a browser that came to a service without a session. The engineer chooses under which grant to
 * open the service; if only one fits and its time runs already, it is chosen at once.
 *
 * In the address: `service`, `challenge` and `to` from the gateway, `grant` if one was named.
 */
export default function OpenPage() {
  const text = useText(openTexts);
  const { person } = useSession();
  const query = useSearchParams();
  const service = query.get('service') ?? '';
  const grants = useInfiniteQuery(manyGrantsQuery({ person, state: 'active' }));
  const scheduled = useInfiniteQuery(manyGrantsQuery({ person, state: 'scheduled' }));
  return (
    <Page narrow title={text.title(service)}>
      <Loaded query={grants}>
        {({ items }) => (
          <Loaded query={scheduled}>
            {({ items: later }) => (
              <Choice
                service={service}
                named={query.get('grant')}
                grants={[...items, ...later].filter((grant) => isOpenAt(grant, service))}
                blocked={[...items, ...later].filter((grant) => isBlockedAt(grant, service))}
              />
            )}
          </Loaded>
        )}
      </Loaded>
    </Page>
  );
}

function Choice({
  service,
  named,
  grants,
  blocked,
}: {
  service: string;
  named: string | null;
  grants: readonly Grant[];
  /** Those that a stop or a lock keeps closed. The page says why, and does not offer to open them. */
  blocked: readonly Grant[];
}) {
  const text = useText(openTexts);
  const query = useSearchParams();
  const open = useMutation({
    mutationFn: (id: string) =>
      unwrap(
        api.POST('/api/v1/grants/{id}/browser-sessions', {
          params: { path: { id } },
          body: { challenge: query.get('challenge') ?? '', to: query.get('to') ?? '/' },
        }),
      ),
    onSuccess: ({ location: next }) => location.replace(next),
  });
  const only = chosenAtOnce(grants, named);
  const { mutate } = open;
  const begun = useRef(false);
  useEffect(() => {
    if (only === undefined || begun.current) return;
    begun.current = true;
    mutate(only);
  }, [only, mutate]);
  if (grants.length === 0 && blocked.length === 0)
    return (
      <Empty icon="closed" title={named === null ? text.none : text.ended}>
        <p>{text.noneLead}</p>
        <p>
          <Link className="button primary" to={`/ask?service=${encodeURIComponent(service)}`}>
            {text.ask}
          </Link>{' '}
          {named === null ? null : (
            <Link className="button" to={`/grants/${named}`}>
              {text.why}
            </Link>
          )}
        </p>
      </Empty>
    );
  return (
    <div className="stack">
      {open.error === null ? null : <ProblemNotice error={open.error} />}
      {only !== undefined && open.error === null ? <p role="status">{text.opening}</p> : null}
      {grants.length > 0 ? null : (
        <div className="stack tight">
          <p className="strong">{text.blocked}</p>
          <p>{text.blockedLead}</p>
        </div>
      )}
      {grants.map((grant) => (
        <GrantCard key={grant.id} grant={grant}>
          <Button small look="primary" busy={open.isPending} onClick={() => mutate(grant.id)}>
            {text.open}
          </Button>
        </GrantCard>
      ))}
      {blocked.map((grant) => (
        <GrantCard key={grant.id} grant={grant} />
      ))}
    </div>
  );
}
