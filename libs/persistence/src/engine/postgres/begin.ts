import { DEPLOYMENT_SLUG } from '@countersign/contract';
import type { RowAccess } from '../../repositories/bound.js';
import { checkedSlug } from '../../units/context.js';
import { SHARE_ORGANISATION } from './advisory-locks.js';
import { APP_ROLE } from './row-security.js';

/** The settings that the policies of row-level security read, until the transaction ends. A slug needs no quoting. */
export const reachSettings = (reach: RowAccess): string =>
  reach === 'all-tenants'
    ? `SET LOCAL countersign.tenant = ''; SET LOCAL countersign.vendor = 'on'`
    : `SET LOCAL countersign.tenant = '${checkedSlug(reach.tenant)}'; SET LOCAL countersign.vendor = 'off'`;

/** How long a statement waits for a lock that another unit holds. */
export const LOCK_TIMEOUT_MS = 10_000;
/** A broker whose host has vanished must not hold a tenant's lock for as long as TCP believes in it. */
const IDLE_TIMEOUT_MS = 30_000;

/** Each transaction sets them for itself: a pooler refuses or forgets what a connection has set. */
export const TIMEOUTS = `SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}; SET LOCAL idle_in_transaction_session_timeout = ${IDLE_TIMEOUT_MS}`;

/**
 * Every statement has an index made for it, so no table is scanned. Random reads cost as much as sequential ones, because the pages
 * are in memory or on an SSD. With its defaults the planner would scan the newest rows, or a whole table, and filter them: it also
 * estimates that the conditions of row-level security match few rows. That is cheap on average, but has no upper bound.
 *
 * No statement is compiled: each reads few rows, and compiling takes up to a second. PostgreSQL's packages turn `jit` on. Before
 * version 18 the penalty of `enable_seqscan = off` counts as cost, so a cheap plan looks worth compiling.
 */
const BY_INDEX = [
  'SET LOCAL seq_page_cost = 0.01',
  'SET LOCAL random_page_cost = 0.01',
  'SET LOCAL enable_seqscan = off',
  'SET LOCAL jit = off',
].join('; ');

const begin = (mode: string, reach: RowAccess): string =>
  `BEGIN ${mode}; SET LOCAL ROLE ${APP_ROLE}; ${reachSettings(reach)}; ${TIMEOUTS}; ${BY_INDEX}`;

/** One round trip: the transaction, the role without privileges beyond its work, and whose rows it may see. */
export const beginRead = (reach: RowAccess): string =>
  begin('ISOLATION LEVEL REPEATABLE READ READ ONLY', reach);

/** A commit is on the disk before it is answered, whatever the server's default. */
export const DURABLE = 'SET LOCAL synchronous_commit = on';

/**
 * READ COMMITTED on purpose: a unit waits for its tenant's log head first, and what it reads after that must be
 * as of then, not as of its beginning.
 */
export const beginWrite = (reach: RowAccess): string =>
  `${begin('ISOLATION LEVEL READ COMMITTED READ WRITE', reach)}; ${DURABLE}` +
  (isOfTenant(reach) ? `; ${SHARE_ORGANISATION}` : '');

/** For a unit that was opened across tenants and has found its tenant. */
export const narrowTo = (slug: string): string => `${reachSettings({ tenant: slug })}; ${SHARE_ORGANISATION}`;

/**
 * A unit of the deployment's log decides nothing by the organisation, so it does not share the lock. It would deadlock: it takes that
 * log's head, and so does a vendor's unit before it locks the organisation to change it.
 */
const isOfTenant = (reach: RowAccess): boolean => reach !== 'all-tenants' && reach.tenant !== DEPLOYMENT_SLUG;
