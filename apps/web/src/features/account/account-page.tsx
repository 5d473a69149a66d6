import { useMutation, useQuery } from '@tanstack/react-query';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { useSession } from '../../api/session.js';
import { useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { Instant } from '../../ui/clock.js';
import { Page } from '../../ui/page.js';
import { Loaded, ProblemNotice } from '../../ui/query-states.js';
import { DataTable } from '../../ui/table.js';
import { accountTexts } from './account.text.js';
import { ApiKeys } from './api-keys.js';
import { SlackAccounts } from './slack-accounts.js';

/** `/account`: one's own sessions, API keys and Slack accounts, each of which can be ended from here. */
export default function AccountPage() {
  const text = useText(accountTexts);
  const session = useSession();
  const sessions = useQuery({
    queryKey: ['sessions'],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/sessions', { signal })),
  });
  const end = useMutation({
    mutationFn: (id: string) => unwrap(api.DELETE('/api/v1/sessions/{id}', { params: { path: { id } } })),
    onSettled: () => invalidate(['sessions']),
  });
  return (
    <Page title={session.name} lead={text.lead(session.email)}>
      <div className="stack loose">
        <section className="stack near" aria-labelledby="sessions">
          <h2 id="sessions">{text.sessions}</h2>
          <p className="soft">{text.sessionsLead}</p>
          {end.error === null ? null : <ProblemNotice error={end.error} />}
          <Loaded query={sessions}>
            {({ items }) => (
              <DataTable
                caption={text.sessions}
                rows={items}
                rowKey={({ id }) => id}
                columns={[
                  {
                    label: text.device,
                    cell: ({ kind, device }) => (
                      <>
                        <span className="strong">{text.kind[kind]}</span>
                        <br />
                        <span className="soft small">{device}</span>
                      </>
                    ),
                  },
                  { label: text.since, cell: ({ createdAt }) => <Instant at={createdAt} /> },
                  { label: text.used, cell: ({ lastUsedAt }) => <Instant at={lastUsedAt} /> },
                  { label: text.until, cell: ({ expiresAt }) => <Instant at={expiresAt} /> },
                  {
                    label: text.act,
                    quiet: true,
                    cell: ({ id, current }) =>
                      current ? (
                        <span className="soft">{text.here}</span>
                      ) : (
                        <Button small look="deny" busy={end.isPending} onClick={() => end.mutate(id)}>
                          {text.end}
                        </Button>
                      ),
                  },
                ]}
              />
            )}
          </Loaded>
        </section>
        {session.assurance === 'oidc' ? <ApiKeys /> : null}
        <SlackAccounts />
      </div>
    </Page>
  );
}
