import type { JsonWebKey, KeyObject } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { bypassReportEndpoints } from '@countersign/api';
import { hadRoot, type LeafV1, parseLogOrigin, readableIn, type VerifierKey } from '@countersign/audit-log';
import {
  type BypassFinding,
  nodeHashing,
  parseSeenCall,
  RECONCILED_WITHIN_MS,
  type Reconciliation,
  type RecordedCall,
  readHmacKeys,
  reconcile,
  type SeenCall,
} from '@countersign/authorization';
import { MAX_BYPASSED_CALLS } from '@countersign/contract';
import { ed25519Thumbprint, importEd25519PublicKey } from '@countersign/gateway-protocol';
import type { Answer, Context } from '../command/context.js';
import { CliError, cannotOpenError, usageError } from '../command/errors.js';
import { parseInstant } from '../command/flags.js';
import { formatFacts } from '../terminal/text.js';
import { FolderLog } from './log-source.js';
import { deploymentLog, sealedLog } from './replay.js';
import { verifyMirror } from './statement-comparison.js';
import { chooseKey } from './verification.js';

export type ReconcileOptions = {
  calls: string;
  log: string;
  from: string;
  to: string;
  vkey?: string;
  anchor?: string;
  audience?: string;
  hmacKeys?: string;
  report?: boolean;
};

/** The most calls that the command prints. */
const MAX_SHOWN = 20;
/** The most lines of a service's own log. A longer log has to be compared in shorter spans. */
const MAX_CALLS = 1_000_000;

/**
 * Compares the calls that a service received with the records in a mirror of one tenant's log. The mirror's signature and tree are
 * verified first. If calls bypassed the gateway, the exit code is 1. Calls that cannot be compared are one number, whatever the cause:
 * what is printed shows no more than that of access under a gag.
 *
 * @throws CliError `bypassed` if the service let such calls through; `statement_differs`, `pruned`, `deployment_missing` if
 *   the mirror does not verify; `invalid_calls`; `cannot_open` (exit 2)
 */
export async function reconcileCalls(
  context: Context,
  service: string,
  options: ReconcileOptions,
): Promise<Answer> {
  const span = { from: parseInstant('--from', options.from), to: parseInstant('--to', options.to) };
  const [from, to] = [Date.parse(span.from), Date.parse(span.to)];
  if (from >= to) throw usageError('--to must be after --from');
  const { key, anchor } = await chooseKey(options);
  const tenant = parseLogOrigin(key.name)?.slug ?? '';
  const records = await recordsOf(context, options.log, key, { service, from, to });
  const keys = await keysOfGateways(context, options, { key, anchor });
  const hmac = await hmacKeysOf(options.hmacKeys);
  const { calls, unreadable } = await readCalls(context, options.calls);
  const found = reconcile(calls, records, {
    ...{ tenant, audience: options.audience ?? service, from, to },
    isEnrolled: (id) => [...keys.values()].some(({ gateway }) => gateway === id),
    key: (kid, alg) => {
      if (alg === 'EdDSA') return keys.get(kid);
      const shared = hmac.get(kid);
      return shared && { key: shared, gateway: null };
    },
  });
  const passed = found.findings.filter(({ refused }) => !refused);
  const refused = found.findings.length - passed.length;
  const report =
    options.report === true && found.findings.length > 0
      ? await sendReport(context, tenant, { service, ...span, found, passed: passed.length, refused })
      : null;
  const document = {
    ...{ tenant, service, ...span, calls: found.calls, matched: found.matched },
    ...{ otherTenants: found.otherTenants, notComparable: found.notComparable, unreadable },
    ...{ bypassed: passed.length, refused },
    ...{ findings: found.findings, unanswered: found.unanswered, report },
  };
  const text = textOf(document, found);
  if (passed.length === 0) return { document, text };
  context.note(text);
  throw new CliError(
    'bypassed',
    `${passed.length} calls of ${service} did not come through a gateway.${report === null ? ' --report adds that to the tenant’s log.' : ''}`,
    { document },
  );
}

type Span = { service: string; from: number; to: number };
type Head = { size: number; root: string };

/**
 * The allowed calls of the service within and around the span, by the ids of their records. Access under a gag that has ended is in
 * a sealed log beside the tenant's, which has to have the heads that the tenant's log names.
 */
async function recordsOf(
  context: Context,
  folder: string,
  key: VerifierKey,
  span: Span,
): Promise<Map<string, RecordedCall>> {
  const records = new Map<string, RecordedCall>();
  const heads = new Map<string, Head>();
  await verifyMirror(new FolderLog(folder), key, (_index, leaf) => {
    takeRecord(records, leaf, span);
    const event = readableIn(leaf);
    if (event.type === 'demand.accessed') heads.set(event.data.log, event.data);
  });
  for (const [log, { size, root }] of heads) {
    const sealed = await sealedLog(context, { path: folder, isRemote: false }, log);
    const { checkpoint } = await verifyMirror(sealed.source, sealed.key, (_index, leaf) =>
      takeRecord(records, leaf, span),
    );
    const named = { size, root: Buffer.from(root, 'base64') };
    if (!(await hadRoot(nodeHashing, sealed.source, named, checkpoint)))
      throw new CliError('statement_differs', `The mirror of ${log} is not what the tenant’s log says.`);
  }
  return records;
}

function takeRecord(records: Map<string, RecordedCall>, leaf: LeafV1, { service, from, to }: Span): void {
  const event = readableIn(leaf);
  if (event.type === 'access.outcome') {
    const known = records.get(event.data.record);
    if (event.data.status === null && known !== undefined)
      records.set(event.data.record, { ...known, answered: false });
  }
  if (event.type !== 'access.allowed' || event.data.service !== service) return;
  const { at } = event;
  const { record, gateway, method, outcome } = event.data;
  const time = Date.parse(at);
  if (time < from - RECONCILED_WITHIN_MS || time >= to + RECONCILED_WITHIN_MS) return;
  records.set(record, {
    ...{ at, gateway, method },
    // A call that the gateway did not forward has its outcome in its own record.
    answered: outcome === undefined,
  });
}

type GatewayKey = { key: KeyObject; gateway: string };

/** The keys that gateways have registered, by their thumbprints (RFC 7638), as the deployment's log says. */
async function keysOfGateways(
  context: Context,
  { log }: ReconcileOptions,
  keys: Awaited<ReturnType<typeof chooseKey>>,
): Promise<Map<string, GatewayKey>> {
  const deployment = await deploymentLog(context, { path: log, isRemote: false }, keys);
  const found = new Map<string, GatewayKey>();
  await verifyMirror(deployment.source, deployment.key, (_index, leaf) => {
    const event = readableIn(leaf);
    if (event.type !== 'gateway.registered') return;
    const { publicKey, gateway } = event.data;
    const key = importEd25519PublicKey(publicKey);
    found.set(ed25519Thumbprint(publicKey), { key, gateway });
  });
  return found;
}

async function hmacKeysOf(file: string | undefined): Promise<ReturnType<typeof readHmacKeys>> {
  if (file === undefined) return new Map();
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw cannotOpenError(file, error);
  });
  try {
    const { keys } = JSON.parse(text) as { keys: JsonWebKey[] };
    return readHmacKeys(keys);
  } catch (error) {
    throw new CliError('invalid_keys', `${file} is not a JWKS of keys from "gateways context-key"`, {
      cause: error,
    });
  }
}

async function readCalls({ io }: Context, place: string): Promise<{ calls: SeenCall[]; unreadable: number }> {
  const input = place === '-' ? io.stdin : createReadStream(place);
  const calls: SeenCall[] = [];
  let unreadable = 0;
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (line.trim() === '') continue;
      const call = parseSeenCall(line);
      if (call === undefined) unreadable += 1;
      else if (calls.push(call) > MAX_CALLS)
        throw new CliError('invalid_calls', `More than ${MAX_CALLS} calls: compare a shorter span.`);
    }
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw cannotOpenError(place, error);
  }
  // Otherwise a file in another format would look like a service that received no calls.
  if (calls.length === 0 && unreadable > 0)
    throw new CliError('invalid_calls', `${place} has no line in the format of the middleware’s \`log\`.`);
  return { calls, unreadable };
}

type Compared = {
  service: string;
  from: string;
  to: string;
  found: Reconciliation;
  passed: number;
  refused: number;
};

async function sendReport(
  context: Context,
  slug: string,
  { service, from, to, found, passed, refused }: Compared,
): Promise<string> {
  // Calls that got through come first: a report names a limited number.
  const named = [...found.findings]
    .sort((a, b) => Number(a.refused) - Number(b.refused))
    .slice(0, MAX_BYPASSED_CALLS);
  const api = await context.api();
  const calls = named.map(({ path: _path, ...call }) => call);
  const report = await api.call(bypassReportEndpoints.report, {
    params: { slug },
    body: { service, from, to, passed, refused, calls },
  });
  return report.id;
}

const lineOf = ({ kind, at, method, path, record, refused }: BypassFinding): string =>
  `${at} ${method} ${path}: ${kind}${record === undefined ? '' : ` (${record})`}${refused ? ', refused by the service' : ''}`;

function textOf(
  document: { tenant: string; service: string; from: string; to: string; unreadable: number },
  { calls, matched, otherTenants, notComparable, findings, unanswered }: Reconciliation,
): string {
  const more = findings.length - MAX_SHOWN;
  return formatFacts([
    ['service', `${document.service} of ${document.tenant}`],
    ['span', `${document.from} up to ${document.to}`],
    ['calls seen', `${calls}: ${matched} recorded, ${otherTenants} of other tenants`],
    [
      'not comparable',
      notComparable === 0
        ? 'none'
        : `${notComparable} with the context of a gateway, and without a record in this mirror`,
    ],
    ...(document.unreadable === 0 ? [] : [['not read', `${document.unreadable} lines`] as const]),
    [
      'bypassed',
      findings.length === 0
        ? 'none'
        : [...findings.slice(0, MAX_SHOWN).map(lineOf), ...(more > 0 ? [`and ${more} more`] : [])],
    ],
    [
      'recorded only',
      unanswered.length === 0
        ? 'none'
        : [
            `${unanswered.length} answered calls that the service’s log does not have: it is incomplete`,
            ...unanswered.slice(0, MAX_SHOWN).map(({ record, at }) => `${at} ${record}`),
          ],
    ],
  ]);
}
