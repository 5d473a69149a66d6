import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { api, type Grant } from '../../api/client.js';
import { grantsQuery } from '../../api/grants.js';
import { useNames } from '../../api/organisation.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { hasRole, isVendor, may, useSession } from '../../api/session.js';
import { stopsQuery, trustQuery } from '../../api/trust.js';
import { useText } from '../../text/language.js';
import { Notice } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { Instant } from '../../ui/clock.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { blockedTexts } from './blocked.text.js';

const REFETCH_MS = 5_000;

/** True while a stop or a lock keeps calls from passing. */
export const isBlocked = ({ access }: Pick<Grant, 'access'>): boolean =>
  access === 'stopped' || access === 'locked';

type BlockedGrant = Pick<Grant, 'id' | 'access' | 'accessReason' | 'pausedBy'>;

/** Says who has stopped, locked or paused this access, when, and why. It is empty while calls pass. */
export function BlockedNotice({ grant }: { grant: BlockedGrant }) {
  const text = useText(blockedTexts);
  const { access, accessReason } = grant;
  const by = accessReason?.by ?? null;
  const name = useNames(by === null ? [] : [by]);
  if (accessReason === null || (access !== 'stopped' && access !== 'locked')) return null;
  if (access === 'locked' && by === null && grant.pausedBy !== undefined)
    return <PausedNotice grant={grant} pauses={grant.pausedBy} />;
  return (
    <Notice tone="stop" icon="stop" live>
      <p className="strong">{text[access]}</p>
      {access === 'stopped' ? <p>{text.stoppedWhy}</p> : <p lang="en">{accessReason.text}</p>}
      <p className="small">
        {by === null ? null : `${text.by(name(by))} · `}
        <Instant at={accessReason.at} /> · {text.noCalls}
      </p>
    </Notice>
  );
}

/** Says which rules of supervision have paused the grant. The side whose rule it is gets a button that resumes it. */
function PausedNotice({
  grant: { id },
  pauses,
}: {
  grant: Pick<Grant, 'id'>;
  pauses: NonNullable<Grant['pausedBy']>;
}) {
  const text = useText(blockedTexts);
  const session = useSession();
  const side = isVendor(session) ? 'vendor' : 'customer';
  const isOurs = pauses.some((pause) => pause.side === side);
  const resume = useMutation({
    mutationFn: () =>
      unwrap(api.POST('/api/v1/grants/{id}/resumption', { params: { path: { id } }, body: {} })),
    onSettled: () => invalidate(['grant', id], ['grants'], ['events']),
  });
  return (
    <Notice tone="stop" icon="stop" live>
      <p className="strong">{text.paused}</p>
      {pauses.map((pause) => (
        <p key={`${pause.side} ${pause.rule}`}>
          {text.pausedBy(pause.rule, pause.side)} · <Instant at={pause.at} />
        </p>
      ))}
      <p className="small">{isOurs && may(session, 'grant.resume') ? text.resumeWhy : text.notOurs}</p>
      {resume.error === null ? null : <ProblemNotice error={resume.error} />}
      {isOurs && may(session, 'grant.resume') ? (
        <p className="no-print">
          <Button busy={resume.isPending} onClick={() => resume.mutate()}>
            {text.resume}
          </Button>
        </p>
      ) : null}
    </Notice>
  );
}

/**
 * One red line on every page while a stop or a lock keeps calls from passing. Customers and security admins read about all
 * the access that they may see, the vendor's other people about their own.
 */
export function BlockedBanner() {
  const text = useText(blockedTexts);
  const session = useSession();
  const isStopped = useAllStopped();
  const mine = isVendor(session) && !may(session, 'lock.set') ? { person: session.person } : {};
  const { data } = useInfiniteQuery({
    ...grantsQuery({ ...mine, state: 'active' }),
    enabled: may(session, 'grant.read'),
    refetchInterval: REFETCH_MS,
  });
  const blocked = data?.items.filter(isBlocked).length ?? 0;
  const words = isStopped ? text.all : blocked > 0 ? text.some(blocked) : null;
  return <div role="status">{words === null ? null : <p className="ribbon stop">{words}</p>}</div>;
}

/** Whether the reader's own organisation, a customer, has stopped all access with a signature. */
function useAllStopped(): boolean {
  const session = useSession();
  const slug = session.tenant ?? '';
  const isTheirs = !isVendor(session) && hasRole(session, 'approver', 'admin');
  const isClaimed = useQuery({ ...trustQuery(slug), enabled: isTheirs }).data?.claimed === true;
  const stops = useQuery({
    ...stopsQuery(slug),
    enabled: isTheirs && isClaimed,
    refetchInterval: REFETCH_MS,
  });
  return stops.data?.items.some(({ digest }) => digest === null) === true;
}
