import type { Grant } from '@countersign/api';
import { accessReasonText } from '@countersign/wording';
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { api } from '../../api/client.js';
import { locksQuery, manyGrantsQuery } from '../../api/grants.js';
import { useNames } from '../../api/organisation.js';
import { unwrap } from '../../api/problem.js';
import { invalidate, KEYS_OF_BLOCKS } from '../../api/query-client.js';
import { hasRole, isVendor, may, useReaderSide, useSession } from '../../api/session.js';
import { stopsQuery, trustQuery } from '../../api/trust.js';
import { useLanguage, useText } from '../../text/language.js';
import { Notice } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { Instant } from '../../ui/clock.js';
import { Link } from '../../ui/link.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { blockedTexts } from './blocked.text.js';

/** How often a page reads again what is blocked: no event says that a lock was set or lifted. */
export const REFETCH_MS = 5_000;
/** The page of the access shows the others. */
const MAX_LINES = 3;

/** True while a stop or a lock keeps calls from passing. */
export const isBlocked = ({ access }: { access?: Grant['access'] | null }): boolean =>
  access === 'stopped' || access === 'locked';

type BlockedGrant = Pick<Grant, 'id' | 'access' | 'accessReason' | 'pausedBy'>;

/** Says who has stopped, locked or paused this access, when, and why. It is empty while calls pass. */
export function BlockedNotice({ grant }: { grant: BlockedGrant }) {
  const text = useText(blockedTexts);
  const language = useLanguage();
  const side = useReaderSide();
  const { access, accessReason } = grant;
  const by = accessReason?.by ?? null;
  const name = useNames(by === null ? [] : [by]);
  if (accessReason === null || (access !== 'stopped' && access !== 'locked')) return null;
  if (access === 'locked' && by === null && grant.pausedBy !== undefined)
    return <PausedNotice grant={grant} pauses={grant.pausedBy} />;
  return (
    <Notice tone="stop" icon="stop" live>
      <p className="strong">{text[access]}</p>
      <p>{accessReasonText(accessReason, language, side)}</p>
      <p className="small">
        {by === null ? null : `${text.by(name(by))} · `}
        {text.since} <Instant at={accessReason.at} /> · {text.noCalls}
        {access === 'stopped' ? ` ${text.stoppedWhy}` : null}
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
  const side = useReaderSide();
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
 * Red lines on every page while a stop or a lock keeps calls from passing: what, who, since when and why. Customers and
 * security admins read about all the access that they may see, the vendor's other people about their own.
 */
export function BlockedBanner() {
  const session = useSession();
  const mine = isVendor(session) && !may(session, 'lock.set') ? { person: session.person } : {};
  const { data } = useInfiniteQuery({
    ...manyGrantsQuery({ ...mine, state: 'active' }),
    enabled: may(session, 'grant.read'),
    refetchInterval: REFETCH_MS,
  });
  const whole = useWholeStop();
  const blocked = data?.items.filter(isBlocked) ?? [];
  const lines = whole === null ? groupBlocks(blocked) : [whole];
  const blocks = blocked.map(({ id, accessReason }) => [id, accessReason?.at]);
  useRereadOnChange(data && JSON.stringify([whole, blocks]));
  return (
    <div role="status">
      {lines.map((line) => (
        <BannerLine key={`${line.reason.code} ${line.reason.at}`} {...line} />
      ))}
    </div>
  );
}

/**
 * No event says that a lock was set or lifted. So once the banner changes, the page below it reads again what it shows: otherwise it
 * says “Open now” beside “All access is locked”.
 *
 * @param blocks what is blocked, as text; undefined while it is being read
 */
function useRereadOnChange(blocks: string | undefined): void {
  const known = useRef(blocks);
  useEffect(() => {
    if (known.current !== undefined && known.current !== blocks) void invalidate(...KEYS_OF_BLOCKS);
    known.current = blocks;
  }, [blocks]);
}

type AccessReason = NonNullable<Grant['accessReason']>;

interface Block {
  /** `at` is null if it is not known since when. */
  reason: Pick<AccessReason, 'code' | 'by' | 'side' | 'rule' | 'why'> & { at: string | null };
  /** How many accesses it blocks; null: all of the reader's organisation. */
  count: number | null;
  /** Where to read more, and to lift it. */
  to: string;
}

function BannerLine({ reason, count, to }: Block) {
  const text = useText(blockedTexts);
  const language = useLanguage();
  const side = useReaderSide();
  const { by, at } = reason;
  const name = useNames(by === null ? [] : [by]);
  const isLocked = reason.code.startsWith('locked');
  const all = isLocked ? text.allLocked : text.all;
  const isSaid = count === null && !isLocked;
  return (
    <p className="ribbon stop">
      {count === null ? all : text.some(count)}
      <span className="ribbon-why">
        {isSaid ? null : ` · ${accessReasonText(reason, language, side)}`}
        {by === null ? null : ` · ${text.by(name(by))}`}
        {at === null ? null : (
          <>
            {' '}
            · {text.since} <Instant at={at} />
          </>
        )}
      </span>{' '}
      <Link to={to}>{text.show}</Link>
    </p>
  );
}

/** One line for each reason: a lock of a person may block many grants. */
function groupBlocks(grants: readonly Grant[]): Block[] {
  const groups = new Map<string, Block>();
  for (const { id, accessReason } of grants) {
    if (accessReason === null) continue;
    const key = `${accessReason.code} ${accessReason.by} ${accessReason.at}`;
    const count = (groups.get(key)?.count ?? 0) + 1;
    groups.set(key, { reason: accessReason, count, to: count === 1 ? `/grants/${id}` : '/access' });
  }
  return [...groups.values()].slice(0, MAX_LINES);
}

/** For a customer: a signed stop or a lock of the reader's whole organisation. It is shown even if no one has access now. */
export function useWholeStop(): Block | null {
  const session = useSession();
  const slug = session.tenant ?? '';
  const isTheirs = !isVendor(session);
  const maySee = isTheirs && hasRole(session, 'approver', 'admin');
  const isClaimed = useQuery({ ...trustQuery(slug), enabled: maySee }).data?.claimed === true;
  const stops = useQuery({ ...stopsQuery(slug), enabled: maySee && isClaimed, refetchInterval: REFETCH_MS });
  const locks = useInfiniteQuery({
    ...locksQuery,
    enabled: isTheirs && may(session, 'lock.read'),
    refetchInterval: REFETCH_MS,
  });
  const grants = useInfiniteQuery({
    ...manyGrantsQuery({ state: 'active' }),
    enabled: isTheirs && may(session, 'grant.read'),
  });
  const stop = stops.data?.items.find(({ digest }) => digest === null);
  const none = { rule: null, why: null };
  if (stop !== undefined) {
    const reason = { code: 'stopped_all', by: stop.person, at: stop.at, side: 'customer', ...none } as const;
    return { reason, count: null, to: '/access' };
  }
  const lock = locks.data?.items.find(({ kind, name }) => kind === 'tenant' && name === slug);
  if (lock === undefined) return null;
  const blocked = grants.data?.items.find(({ accessReason }) => accessReason?.code === 'locked_tenant');
  // If the lock blocks no access, no grant says who set it and when.
  const ofLock = {
    code: 'locked_tenant',
    by: null,
    at: null,
    side: lock.side,
    rule: null,
    why: lock.reason,
  } as const;
  return { reason: blocked?.accessReason ?? ofLock, count: null, to: '/access' };
}
