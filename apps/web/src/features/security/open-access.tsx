import { scopeWords } from '@countersign/wording';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { grantsQuery } from '../../api/grants.js';
import { useNames, useOrganisation } from '../../api/organisation.js';
import { numberText } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { Countdown } from '../../ui/clock.js';
import { Empty, PagedList } from '../../ui/query-states.js';
import { DataTable } from '../../ui/table.js';
import { securityTexts } from './security.text.js';
import type { Target } from './stop-dialog.js';

export function OpenAccess({ onStop }: { onStop: (target: Target) => void }) {
  const text = useText(securityTexts);
  const language = useLanguage();
  const organisation = useOrganisation();
  const grants = useInfiniteQuery({ ...grantsQuery({ state: 'active' }), refetchInterval: 5_000 });
  const name = useNames((grants.data?.items ?? []).map(({ requester }) => requester));
  return (
    <section className="stack near" aria-labelledby="open">
      <h2 id="open">{text.open}</h2>
      <PagedList
        query={grants}
        empty={
          <Empty icon="closed" title={text.none}>
            {text.noneLead}
          </Empty>
        }
      >
        {(items) => (
          <DataTable
            caption={text.open}
            rows={items}
            rowKey={({ id }) => id}
            columns={[
              { label: text.who, cell: ({ requester }) => name(requester) },
              { label: text.tenant, cell: ({ tenant }) => organisation.tenant(tenant) },
              {
                label: text.what,
                cell: ({ id, scope }) => <Link to={`/grants/${id}`}>{scopeWords(scope, language)}</Link>,
              },
              {
                label: text.left,
                cell: ({ endsAt }) => (endsAt === null ? '–' : <Countdown until={endsAt} />),
              },
              { label: text.calls, number: true, cell: ({ used }) => numberText(used.calls, language) },
              {
                label: text.act,
                quiet: true,
                cell: ({ id, requester, tenant }) => (
                  <span className="row near">
                    <Button
                      small
                      look="stop"
                      icon="stop"
                      onClick={() => onStop({ kind: 'grant', id, name: name(requester) })}
                    >
                      {text.stop}
                    </Button>
                    <Button
                      small
                      look="deny"
                      onClick={() => onStop({ kind: 'person', id: requester, name: name(requester) })}
                    >
                      {text.stopPerson}
                    </Button>
                    <Button
                      small
                      look="deny"
                      onClick={() =>
                        onStop({ kind: 'tenant', id: tenant, name: organisation.tenant(tenant) })
                      }
                    >
                      {text.stopTenant}
                    </Button>
                  </span>
                ),
              },
            ]}
          />
        )}
      </PagedList>
    </section>
  );
}
