import { readFile } from 'node:fs/promises';
import { statementEndpoints } from '@countersign/api';
import {
  AuditLogError,
  ed25519Key,
  hadRoot,
  type LeafV1,
  LogFault,
  type LogSource,
  logOrigin,
  type OpenedStatement,
  openStatement,
  parseLogOrigin,
  type StatementBody,
  type VerifiedLog,
  type VerifierKey,
  verifyTenantLog,
} from '@countersign/audit-log';
import { nodeEd25519, nodeHashing } from '@countersign/authorization';
import type { FollowedLog } from '@countersign/log-verifier';
import type { Answer, Context } from '../command/context.js';
import { CliError, cannotOpenError, usageError } from '../command/errors.js';
import { parseInstant, parseSlug } from '../command/flags.js';
import { formatFacts } from '../terminal/text.js';
import { FolderLog } from './log-source.js';
import { chooseLog } from './mirror.js';
import { deploymentLog } from './replay.js';
import { chooseKey, readVerifierKey, saveFile } from './verification.js';

export type StatementOptions = {
  tenant?: string;
  from?: string;
  to?: string;
  out?: string;
  verify?: string;
  vkey?: string;
  anchor?: string;
  log?: string;
};

/**
 * Gets a signed statement of every access in a span, or verifies one offline.
 *
 * @throws CliError `invalid_statement` and the codes of notes if it does not verify, `statement_differs` if it is not what a
 *   mirror of the log says, `deployment_missing` if the mirror lacks the deployment's log; `cannot_open`, `cannot_write` (exit 2)
 */
export function logStatement(context: Context, options: StatementOptions): Promise<Answer> {
  return options.verify === undefined
    ? fetchStatement(context, options)
    : verifyStatement(context, options.verify, options);
}

async function fetchStatement(
  context: Context,
  { tenant, from, to, out }: StatementOptions,
): Promise<Answer> {
  if (from === undefined || to === undefined)
    throw usageError(
      'say which span: --from and --to, such as --from 2026-11-01T00:00:00Z --to 2026-12-01T00:00:00Z',
    );
  const span = { from: parseInstant('--from', from), to: parseInstant('--to', to) };
  const slug = await chooseLog(context, tenant && parseSlug('--tenant', tenant));
  const api = await context.api();
  const note = await api.callText(statementEndpoints.make, {
    params: { slug },
    query: new URLSearchParams(span),
  });
  if (out !== undefined) await saveFile(out, note);
  const body = bodyOf(note);
  context.note(exceptionsText(body));
  return {
    document: { ...documentOf(body), file: out ?? null, note },
    text: out === undefined ? note.trimEnd() : summaryOf(body),
  };
}

/** What the statement says, without verifying anything: it has just come from the broker. */
const bodyOf = (note: string): StatementBody => JSON.parse(note.split('\n')[1] ?? '') as StatementBody;

async function verifyStatement(context: Context, file: string, options: StatementOptions): Promise<Answer> {
  const { key, anchor } = await chooseKey(options);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw cannotOpenError(file, error);
  }
  const mirror = options.log === undefined ? undefined : new FolderLog(options.log);
  const opened = await open(text, key, mirror);
  const { body } = opened;
  const summary = `${summaryOf(body)}\n`;
  if (mirror === undefined || options.log === undefined)
    return {
      document: { verified: true, ...documentOf(body), comparedWith: null },
      text: `${summary}Signed by the log. With --log DIR it is also compared with your mirror.\n${exceptionsText(body)}`,
    };
  await compareWithLog(opened, mirror, key);
  const place = { path: options.log, isRemote: false };
  const deployment = await deploymentLog(context, place, { key, anchor });
  const notNamed = compareGateways(body, await enrolledGateways(deployment));
  return {
    document: { verified: true, ...documentOf(body), comparedWith: options.log, notNamed },
    text: `${summary}Signed by the log, and what your mirror of it says.\n${notNamedText(notNamed)}${exceptionsText(body)}`,
  };
}

/**
 * Verifies the statement with the key. If another key signed it, the mirror may show that the log handed over to that key, or
 * that it was restored and signs under another origin.
 */
async function open(text: string, key: VerifierKey, mirror: FolderLog | undefined): Promise<OpenedStatement> {
  try {
    return await openStatement(nodeEd25519, text, [key]);
  } catch (error) {
    if (!(error instanceof AuditLogError)) throw error;
    const isOtherKey = error.code === 'unsigned' || error.code === 'wrong_origin';
    if (!isOtherKey || mirror === undefined) throw new CliError(error.code, error.message, { cause: error });
  }
  const verified = await verifyMirror(mirror, key);
  try {
    return await openStatement(nodeEd25519, text, keysOf(verified));
  } catch (error) {
    if (!(error instanceof AuditLogError)) throw error;
    throw new CliError(error.code, error.message, { cause: error });
  }
}

/** The keys that the leaves of a log lead to, under its origin in each epoch. */
function keysOf({ checkpoint, succession }: VerifiedLog): VerifierKey[] {
  const name = parseLogOrigin(checkpoint.origin);
  if (name === undefined) return [];
  const origins = Array.from({ length: name.epoch }, (_, at) =>
    logOrigin(name.deployment, name.slug, at + 1),
  );
  return (succession?.keys ?? []).flatMap((vkey) => {
    const { publicKey } = readVerifierKey(vkey);
    return origins.map((origin) => ed25519Key(nodeHashing, origin, publicKey));
  });
}

/** Verifies the mirror from its first leaf. @throws CliError `statement_differs`, `pruned`, `not_a_countersign_log` */
async function verifyMirror(
  mirror: LogSource,
  key: VerifierKey,
  onLeaf?: (index: number, leaf: LeafV1) => void,
): Promise<VerifiedLog> {
  try {
    const verified = await verifyTenantLog({ hashing: nodeHashing, check: nodeEd25519 }, mirror, {
      key,
      onLeaf,
    });
    if (verified.start === 0) return verified;
  } catch (error) {
    if (error instanceof AuditLogError)
      throw new CliError('not_a_countersign_log', error.message, { cause: error });
    if (!(error instanceof LogFault)) throw error;
    throw differs(`The mirror says something else: ${error.message}.`, error);
  }
  throw new CliError(
    'pruned',
    'The mirror does not have the beginning of the log, so nothing can be compared.',
  );
}

const differs = (detail: string, cause?: unknown): CliError =>
  new CliError('statement_differs', detail, cause === undefined ? {} : { cause });

/** Leaves that say that a record of a gateway is missing, or was not taken. */
const MISSING: ReadonlySet<string> = new Set(['gateway.gap', 'gateway.mismatch']);

/** Requires that the mirror has the statement's root at its size, and exactly these accesses in the span. */
async function compareWithLog({ body, checkpoint }: OpenedStatement, mirror: FolderLog, key: VerifierKey) {
  const expected = new Map(body.accesses ?? []);
  const heads = new Map(
    body.gateways.flatMap(({ gateway, head }) =>
      head === null ? [] : [[head.index, { gateway, at: head.at }] as const],
    ),
  );
  const known = new Set(body.gateways.map(({ gateway }) => gateway));
  const excepted = new Set(body.exceptions.map(({ gateway }) => gateway));
  const [from, to] = [Date.parse(body.from), Date.parse(body.to)];
  let count = 0;
  const wrong = (detail: string, index: number) => new LogFault('changed_leaf', detail, index);
  const verified = await verifyMirror(mirror, key, (index, { type, at, data }) => {
    if (index >= body.size) return;
    const head = heads.get(index);
    heads.delete(index);
    if (
      head !== undefined &&
      (type !== 'gateway.head' || data['gateway'] !== head.gateway || Date.parse(at) !== Date.parse(head.at))
    )
      throw wrong(`leaf ${index} is no head of ${head.gateway} at ${head.at}`, index);
    if (Date.parse(at) < from || Date.parse(at) >= to) return;
    const gateway = String(data['gateway']);
    if (MISSING.has(type) && !excepted.has(gateway))
      throw wrong(`records of ${gateway} are missing at leaf ${index}, and it is no exception`, index);
    if (type !== 'access.allowed') return;
    if (!known.has(gateway))
      throw wrong(`leaf ${index} is of ${gateway}, which the statement does not name`, index);
    count += 1;
    if (body.accesses !== null && expected.get(index) !== data['record'])
      throw wrong(`leaf ${index} is an access that the statement does not name`, index);
  });
  if (!(await hadRoot(nodeHashing, mirror, checkpoint, verified.checkpoint)))
    throw differs(`The mirror has another root at ${body.size} leaves, or fewer leaves.`);
  const [missing] = heads.values();
  if (missing !== undefined) throw differs(`The mirror has no head of ${missing.gateway} at ${missing.at}.`);
  if (count !== body.count || (body.accesses !== null && body.accesses.length !== count))
    throw differs(
      `The mirror has ${count} accesses in the span, the statement ${body.count}, of which it names ${body.accesses?.length ?? 'none'}.`,
    );
}

/** What the deployment's log says of a gateway. Times are those of its leaves. */
type Enrolment = { enrolledAt: string; revokedAt: string | null; servesAll: boolean };

/** Every gateway that the deployment's log has, verified from its first leaf. @throws those of `verifyMirror` */
async function enrolledGateways({ source, key }: FollowedLog): Promise<Map<string, Enrolment>> {
  const gateways = new Map<string, Enrolment>();
  await verifyMirror(source, key, (_index, { type, at, data }) => {
    const id = String(data['gateway']);
    const known = gateways.get(id);
    if (type === 'gateway.enrolled') {
      const { tenants } = (data['serves'] ?? {}) as { tenants?: number | null };
      gateways.set(id, { enrolledAt: at, revokedAt: null, servesAll: (tenants ?? null) === null });
    } else if (type === 'gateway.revoked' && known !== undefined)
      gateways.set(id, { ...known, revokedAt: at });
  });
  return gateways;
}

/**
 * Requires that the statement names each gateway that serves every tenant and was enrolled in its span, as the deployment's log
 * says: otherwise all records of a gateway could be left out together with it. Of a gateway for some tenants that log does not
 * say for which.
 *
 * @returns the gateways for some tenants that were enrolled in the span and are not named
 */
function compareGateways(body: StatementBody, enrolled: ReadonlyMap<string, Enrolment>): string[] {
  const isSame = (one: string | null, other: string | null) =>
    one === null || other === null ? one === other : Date.parse(one) === Date.parse(other);
  for (const { gateway, enrolledAt, revokedAt } of body.gateways) {
    const known = enrolled.get(gateway);
    if (known === undefined)
      throw differs(`The mirror of the deployment’s log does not know ${gateway}. Mirror the log again.`);
    // A gateway may be revoked after the statement was made. One that is not revoked has to sign up to the end of the span.
    if (!isSame(known.enrolledAt, enrolledAt) || (revokedAt !== null && !isSame(known.revokedAt, revokedAt)))
      throw differs(
        `The deployment’s log says that ${gateway} was enrolled at ${known.enrolledAt}, and revoked: ${known.revokedAt ?? 'never'}.`,
      );
  }
  const named = new Set(body.gateways.map(({ gateway }) => gateway));
  const [from, to] = [Date.parse(body.from), Date.parse(body.to)];
  const notNamed = [...enrolled].filter(
    ([id, { enrolledAt, revokedAt }]) =>
      !named.has(id) && Date.parse(enrolledAt) < to && (revokedAt === null || Date.parse(revokedAt) >= from),
  );
  const [missing] = notNamed.find(([, { servesAll }]) => servesAll) ?? [];
  if (missing !== undefined)
    throw differs(
      `${missing} was enrolled in the span and serves every tenant, and the statement does not name it.`,
    );
  return notNamed.map(([id]) => id);
}

const notNamedText = (gateways: readonly string[]): string =>
  gateways.length === 0
    ? ''
    : `Not named, because they are for other tenants, as the vendor says: ${gateways.join(', ')}.\n`;

const documentOf = ({
  tenant,
  from,
  to,
  madeAt,
  size,
  root,
  count,
  refused,
  exceptions,
  sealed,
}: StatementBody) => ({
  ...{ tenant, from, to, madeAt, size, root, accesses: count, refused },
  ...{ complete: exceptions.length === 0, exceptions, sealed },
});

const summaryOf = (body: StatementBody): string =>
  formatFacts([
    ['tenant', body.tenant],
    ['span', `${body.from} up to ${body.to}`],
    ['accesses', body.count === 0 ? 'no access recorded by the enrolled gateways' : String(body.count)],
    ['refused calls', String(body.refused)],
    ['complete', completenessOf(body)],
    ['log', `${body.size} leaves, root ${body.root}`],
  ]);

const completenessOf = ({ exceptions }: StatementBody): string =>
  exceptions.length === 0
    ? 'yes'
    : `except ${exceptions
        .map(
          ({ gateway, from, reason }) =>
            `${gateway} from ${from}${reason === 'gap' ? ' (a gap in its records)' : ''}`,
        )
        .join('; ')}`;

/** What a statement never covers. */
const exceptionsText = ({ sealed, exceptions }: StatementBody): string =>
  [
    sealed.length === 0
      ? 'No sealed leaf of these days is closed.'
      : `Except what the sealed leaves of ${sealed.length === 1 ? sealed[0] : `${sealed[0]} … ${sealed.at(-1)}`} may cover until they open.`,
    ...(exceptions.some(({ reason }) => reason === 'no_head')
      ? ['Gateways were asked to sign their records: ask again in two minutes for a complete statement.']
      : []),
  ].join(' ');
