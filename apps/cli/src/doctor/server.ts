import type { PostgresFacts } from '@countersign/persistence';
import { type Finding, failed, ok, warning } from './finding.js';

/** The oldest version that we test, and that the PostgreSQL project still maintains. */
const OLDEST = 15;
const NAME = 'database server';

/** The PostgreSQL server of the database: its login, and the settings that matter. Nothing for SQLite. */
export function checkServer(facts: PostgresFacts | null): Finding[] {
  if (facts === null) return [];
  return [checkLogin(facts), ...checkSettings(facts)];
}

/** An injected statement must not be able to leave the brokers' role for a login that may do more. */
const checkLogin = ({ hasSeparateLogin }: PostgresFacts): Finding =>
  hasSeparateLogin
    ? ok('database login', 'can become no more than the brokers’ role')
    : warning(
        'database login',
        'may do more than the brokers’ role; a statement that resets the role would have its rights',
        'Give the login countersign_login a password, name it in COUNTERSIGN_DATABASE_URL, and keep the owner’s login for `countersign migrate`.',
      );

function checkSettings({ isPooled, settings }: PostgresFacts): Finding[] {
  const faults = [
    ...notDurable(settings),
    ...notOurs(settings),
    ...(settings.autovacuum === 'on'
      ? []
      : [
          warning(
            NAME,
            'autovacuum is off: tables only grow, and plans get worse',
            'Set autovacuum = on in postgresql.conf.',
          ),
        ]),
    ...(Number.parseInt(settings.server_version, 10) >= OLDEST
      ? []
      : [
          warning(
            NAME,
            `PostgreSQL ${settings.server_version} is not tested any more`,
            `Use PostgreSQL ${OLDEST} or later.`,
          ),
        ]),
  ];
  const way = isPooled ? ', behind a pooler: brokers poll, because it carries no notifications' : '';
  return faults.length > 0 ? faults : [ok(NAME, `PostgreSQL ${settings.server_version.split(' ')[0]}${way}`)];
}

/** Without these settings, committed decisions are lost or the database is damaged if the server's machine fails. */
const notDurable = (settings: PostgresFacts['settings']): Finding[] =>
  (['fsync', 'full_page_writes'] as const)
    .filter((name) => settings[name] !== 'on')
    .map((name) =>
      failed(
        NAME,
        `${name} is off: if its machine fails, decisions are lost`,
        `Set ${name} = on in postgresql.conf.`,
      ),
    );

/** What each transaction of a broker sets for itself (`begin.ts` in libs/persistence). */
const OURS = { jit: 'off', lock_timeout: '10s', idle_in_transaction_session_timeout: '30s' } as const;

const notOurs = (settings: PostgresFacts['settings']): Finding[] =>
  (Object.keys(OURS) as (keyof typeof OURS)[])
    .filter((name) => settings[name] !== OURS[name])
    .map((name) =>
      failed(
        NAME,
        `a transaction sets ${name} = ${OURS[name]} and gets ${settings[name]}`,
        'Something between this host and the server changes statements. Use a pooler in transaction mode.',
      ),
    );
