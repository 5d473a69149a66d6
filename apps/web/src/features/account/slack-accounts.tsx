import type { SlackAccount } from '@countersign/api';
import { useMutation, useQuery } from '@tanstack/react-query';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { isFresh, may, type Session, useSession } from '../../api/session.js';
import { useText } from '../../text/language.js';
import { useSearchParams } from '../../ui/address.js';
import { Notice } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { Instant } from '../../ui/clock.js';
import { Loaded, ProblemNotice } from '../../ui/query-states.js';
import { DataTable } from '../../ui/table.js';
import { SignInAgain } from '../passkeys/sign-in-again.js';
import { slackTexts } from './slack.text.js';

const KEY = ['slack-accounts'];

/** The reader's linked Slack accounts. */
export function SlackAccounts() {
  const text = useText(slackTexts);
  const accounts = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/slack/accounts', { signal })),
  });
  return (
    <Loaded query={accounts}>
      {({ link: start, items }) =>
        start === null && items.length === 0 ? (
          <SlackResult />
        ) : (
          <section className="stack near" aria-labelledby="slack">
            <h2 id="slack">{text.title}</h2>
            <p className="soft">{text.lead}</p>
            <SlackResult />
            <LinkedAccounts items={items} />
            <LinkAccount canStart={start !== null} />
          </section>
        )
      }
    </Loaded>
  );
}

/** Only the reader's own browser may link and unlink accounts. */
const mayChangeAccounts = (session: Session): boolean =>
  may(session, 'slack.link') && may(session, 'slack.unlink');

function LinkedAccounts({ items }: { items: readonly SlackAccount[] }) {
  const text = useText(slackTexts);
  const session = useSession();
  const unlink = useMutation({
    mutationFn: (id: string) =>
      unwrap(api.DELETE('/api/v1/slack/accounts/{id}', { params: { path: { id } } })),
    onSettled: () => invalidate(KEY),
  });
  const unlinkButton = ({ id }: SlackAccount) =>
    mayChangeAccounts(session) && isFresh(session) ? (
      <Button small look="deny" busy={unlink.isPending} onClick={() => unlink.mutate(id)}>
        {text.unlink}
      </Button>
    ) : null;
  return (
    <>
      {unlink.error === null ? null : <ProblemNotice error={unlink.error} />}
      {items.length === 0 ? (
        <p>{text.none}</p>
      ) : (
        <DataTable
          caption={text.title}
          rows={items}
          rowKey={({ id }) => id}
          columns={[
            {
              label: text.account,
              cell: ({ id, way }) => (
                <>
                  <code>{id}</code>
                  <br />
                  <span className="soft small">{text.way[way]}</span>
                </>
              ),
            },
            { label: text.since, cell: ({ linkedAt }) => <Instant at={linkedAt} /> },
            {
              label: text.until,
              cell: ({ expiresAt, lapsed }) =>
                lapsed ? <span className="soft">{text.lapsed}</span> : <Instant at={expiresAt} />,
            },
            { label: text.act, hiddenLabel: true, cell: unlinkButton },
          ]}
        />
      )}
    </>
  );
}

/** Leads to Slack, where the reader signs in. `canStart` is false if no workspace of theirs can be linked. */
function LinkAccount({ canStart }: { canStart: boolean }) {
  const text = useText(slackTexts);
  const session = useSession();
  const link = useMutation({
    mutationFn: async () => {
      const next = await unwrap(api.POST('/slack/link', { headers: { accept: 'application/json' } }));
      location.assign(next.location);
    },
  });
  return (
    <>
      {link.error === null ? null : <ProblemNotice error={link.error} />}
      {!mayChangeAccounts(session) ? (
        <p className="hint">{text.ownBrowser}</p>
      ) : !isFresh(session) ? (
        <SignInAgain />
      ) : canStart ? (
        <p>
          <Button busy={link.isPending} onClick={() => link.mutate()}>
            {text.link}
          </Button>
        </p>
      ) : null}
    </>
  );
}

/** The result of a sign-in or installation at Slack that returned to this page. */
function SlackResult() {
  const text = useText(slackTexts);
  const query = useSearchParams();
  const code = query.get('slack');
  if (code === null || !isKnown(code, text.came)) return null;
  const isDone = code === 'linked' || code === 'installed';
  return (
    <Notice tone={isDone ? 'open' : 'stop'} icon={isDone ? 'done' : 'alert'} live>
      <p>{text.came[code]}</p>
    </Notice>
  );
}

const isKnown = <Words extends object>(code: string, words: Words): code is string & keyof Words =>
  Object.hasOwn(words, code);
