import type { PushSubscription } from '@countersign/api';
import { useMutation, useQuery } from '@tanstack/react-query';
import { api } from '../../api/client.js';
import { ApiProblem, unwrap } from '../../api/problem.js';
import { ownEndpointHash, pushAbility, turnPushOff, turnPushOn } from '../../api/push.js';
import { invalidate } from '../../api/query-client.js';
import { isFresh, may, useSession } from '../../api/session.js';
import { useLanguage, useText } from '../../text/language.js';
import { Notice } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { Instant } from '../../ui/clock.js';
import { Loaded, ProblemNotice } from '../../ui/query-states.js';
import { DataTable } from '../../ui/table.js';
import { pushTexts } from './push.text.js';
import { WhyNotNow } from './why-not-now.js';

const KEY = ['push-subscriptions'];

type Change = { turnOn: true } | { remove: PushSubscription };
/** What a change came to. */
type Outcome = 'turnedOn' | 'turnedOff' | 'refused';

/** The browsers in which the reader is notified, this one among them. */
export function PushBrowsers() {
  const text = useText(pushTexts);
  const browsers = useQuery({
    queryKey: KEY,
    queryFn: async ({ signal }) => ({
      ...(await unwrap(api.GET('/api/v1/push-subscriptions', { signal }))),
      hash: await ownEndpointHash(),
    }),
  });
  return (
    <section className="stack near" aria-labelledby="push">
      <h2 id="push">{text.title}</h2>
      <p className="soft">{text.lead}</p>
      <Loaded query={browsers}>
        {({ items, applicationServerKey, hash }) => (
          <Browsers items={items} serverKey={applicationServerKey} hash={hash} />
        )}
      </Loaded>
    </section>
  );
}

function Browsers({
  items,
  serverKey,
  hash,
}: {
  items: readonly PushSubscription[];
  serverKey: string;
  hash: string | null;
}) {
  const text = useText(pushTexts);
  const session = useSession();
  const language = useLanguage();
  const mayChange = may(session, 'push.add') && may(session, 'push.remove');
  const isReady = mayChange && isFresh(session);
  const isHere = ({ endpointHash }: PushSubscription) => endpointHash === hash;
  const here = items.find(isHere);
  const change = useMutation<Outcome, Error, Change>({
    mutationFn: async (wanted) => {
      if ('turnOn' in wanted) return (await turnPushOn(serverKey, language)) ? 'turnedOn' : 'refused';
      const { id } = wanted.remove;
      await unwrap(api.DELETE('/api/v1/push-subscriptions/{id}', { params: { path: { id } } }));
      if (isHere(wanted.remove)) await turnPushOff();
      return 'turnedOff';
    },
    onSettled: () => invalidate(KEY),
  });
  return (
    <>
      <PushHere
        here={here}
        isReady={isReady}
        isBusy={change.isPending}
        onChange={(wanted) => change.mutate(wanted)}
      />
      <p className="small" role="status">
        {change.data === undefined ? '' : text[change.data]}
      </p>
      {change.error === null ? null : change.error instanceof ApiProblem ? (
        <ProblemNotice error={change.error} />
      ) : (
        <Notice tone="stop" icon="alert" live>
          <p>{text.failed}</p>
        </Notice>
      )}
      <BrowserList
        items={items}
        isHere={isHere}
        remove={isReady && !change.isPending ? (remove) => change.mutate({ remove }) : null}
      />
      {items.length > 0 || pushAbility() === 'able' ? <WhyNotNow mayChange={mayChange} /> : null}
    </>
  );
}

/** Whether this browser is one of them, and the button that changes it. */
function PushHere({
  here,
  isReady,
  isBusy,
  onChange,
}: {
  here: PushSubscription | undefined;
  isReady: boolean;
  isBusy: boolean;
  onChange: (wanted: Change) => void;
}) {
  const text = useText(pushTexts);
  const ability = pushAbility();
  if (ability !== 'able')
    return <p>{{ unable: text.unable, 'needs-app': text.needsApp, blocked: text.blocked }[ability]}</p>;
  return (
    <>
      <p>{here === undefined ? text.off : text.on}</p>
      {isReady ? (
        <p>
          <Button
            busy={isBusy}
            onClick={() => onChange(here === undefined ? { turnOn: true } : { remove: here })}
          >
            {here === undefined ? text.turnOn : text.turnOff}
          </Button>
        </p>
      ) : null}
    </>
  );
}

function BrowserList({
  items,
  isHere,
  remove,
}: {
  items: readonly PushSubscription[];
  isHere: (browser: PushSubscription) => boolean;
  remove: ((browser: PushSubscription) => void) | null;
}) {
  const text = useText(pushTexts);
  if (items.length === 0) return null;
  return (
    <>
      <DataTable
        caption={text.list}
        rows={items}
        rowKey={({ id }) => id}
        columns={[
          {
            label: text.device,
            cell: (browser) => (
              <>
                {isHere(browser) ? <span className="strong">{text.here}</span> : null}
                {isHere(browser) ? <br /> : null}
                <span className="soft small">{browser.device}</span>
              </>
            ),
          },
          { label: text.since, cell: ({ madeAt }) => <Instant at={madeAt} /> },
          {
            label: text.last,
            cell: (browser) => <LastPush {...browser} />,
          },
          {
            label: text.act,
            hiddenLabel: true,
            cell: (browser) =>
              remove === null || isHere(browser) ? null : (
                <Button small look="deny" onClick={() => remove(browser)}>
                  <span className="nowrap">{text.remove}</span>
                </Button>
              ),
          },
        ]}
      />
      <p className="hint">{text.ends}</p>
    </>
  );
}

/** When the browser was last notified, and what its push service said if it was not. */
function LastPush({ lastAt, lastResult }: Pick<PushSubscription, 'lastAt' | 'lastResult'>) {
  const text = useText(pushTexts);
  if (lastAt === null) return <span className="soft">{text.noneYet}</span>;
  return (
    <>
      <Instant at={lastAt} />
      {lastResult === 'delivered' ? null : (
        <>
          <br />
          <span className="soft small">
            {text.undelivered} <code>{lastResult}</code>
          </span>
        </>
      )}
    </>
  );
}
