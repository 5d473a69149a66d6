import type { OwnSession } from '@countersign/api';
import { useMutation, useQuery } from '@tanstack/react-query';
import { api } from '../../api/client.js';
import { ApiProblem, unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { may, useSession } from '../../api/session.js';
import { useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { Instant } from '../../ui/clock.js';
import { Page } from '../../ui/page.js';
import { TableSection } from '../../ui/table.js';
import { SignInAgainOnce } from '../passkeys/sign-in-again.js';
import { accountTexts } from './account.text.js';
import { ApiKeys } from './api-keys.js';
import { NoticeChoices } from './notice-choices.js';
import { PushBrowsers } from './push-browsers.js';
import { SlackAccounts } from './slack-accounts.js';

/** `/account`: the reader's own sessions, API keys, Slack accounts and notices. */
export default function AccountPage() {
  const text = useText(accountTexts);
  const session = useSession();
  return (
    <Page title={session.name} lead={text.lead(session.email)}>
      <div className="stack loose">
        <Sessions />
        <SignInAgainOnce needed={may(session, 'preference.save')}>
          {may(session, 'key.create') ? <ApiKeys /> : null}
          <SlackAccounts />
          <NoticeChoices />
          <PushBrowsers />
        </SignInAgainOnce>
      </div>
    </Page>
  );
}

function Sessions() {
  const text = useText(accountTexts);
  const sessions = useQuery({
    queryKey: ['sessions'],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/sessions', { signal })),
  });
  const end = useMutation({
    mutationFn: (id: string) => deleteSession(id),
    onSettled: () => invalidate(['sessions']),
  });
  const others = sessions.data?.items.filter(({ current }) => !current) ?? [];
  const endOthers = useMutation({
    mutationFn: async () => {
      for (const { id } of others) await deleteSession(id).catch(ignoreEnded);
    },
    onSettled: () => invalidate(['sessions']),
  });
  const table = (
    <TableSection
      id="sessions"
      title={text.sessions}
      lead={text.sessionsLead}
      query={sessions}
      empty={null}
      error={end.error ?? endOthers.error}
      columns={[
        {
          label: text.device,
          cell: (session) => <Device {...session} />,
        },
        { label: text.since, cell: ({ createdAt }) => <Instant at={createdAt} /> },
        { label: text.used, cell: ({ lastUsedAt }) => <Instant at={lastUsedAt} /> },
        { label: text.until, cell: ({ expiresAt }) => <Instant at={expiresAt} /> },
        {
          label: text.act,
          hiddenLabel: true,
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
  );
  return (
    <div className="stack">
      {table}
      {others.length > 0 ? (
        <p>
          <Button look="deny" busy={endOthers.isPending} onClick={() => endOthers.mutate()}>
            {text.endOthers}
          </Button>
        </p>
      ) : null}
    </div>
  );
}

function Device({ kind, device }: Pick<OwnSession, 'kind' | 'device'>) {
  const text = useText(accountTexts);
  return (
    <>
      <span className="strong">{text.kind[kind]}</span>
      <br />
      <span className="soft small">{device}</span>
    </>
  );
}

const deleteSession = (id: string) =>
  unwrap(api.DELETE('/api/v1/sessions/{id}', { params: { path: { id } } }));

/** The session of a command line ends with that of the browser that signed it in, so it may have ended already. */
function ignoreEnded(error: unknown): void {
  if (!(error instanceof ApiProblem) || error.code !== 'not_found') throw error;
}
