import type { JsonWebKey, KeyObject } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { bypassReportEndpoints } from '@countersign/api';
import type { LeafV1 } from '@countersign/audit-log';
import { parseLogOrigin } from '@countersign/audit-log';
import {
  type BypassFinding,
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
import { deploymentLog } from './replay.js';
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
 * verified first. If calls bypassed the gateway, the exit code is 1.
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
  const records = await recordsOf(new FolderLog(options.log), key, { service, from, to });
  const keys = await keysOfGateways(context, options, { key, anchor });
  const hmac = await hmacKeysOf(options.hmacKeys);
  const { calls, unreadable } = await readCalls(context, options.calls);
  const found = reconcile(calls, records, {
    ...{ tenant, audience: options.audience ?? service, from, to },
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
    ...{ otherTenants: found.otherTenants, unreadable, bypassed: passed.length, refused },
    ...{ findings: found.findings, unanswered: found.unanswered, report },
  };
  const text = textOf(document, found);
  if (passed.length === 0) return { document, text };
  context.note(text);
  throw new CliError(
    'bypassed',
    `${passed.length} calls of ${service} are not in the records of the gateways.${report === null ? ' --report adds that to the tenant’s log.' : ''}`,
    { document },
  );
}

/** The allowed calls of the service within and around the span, by the ids of their records. */
async function recordsOf(
  mirror: FolderLog,
  key: Parameters<typeof verifyMirror>[1],
  { service, from, to }: { service: string; from: number; to: number },
): Promise<Map<string, RecordedCall>> {
  const records = new Map<string, RecordedCall>();
  await verifyMirror(mirror, key, (_index, { type, at, data }: LeafV1) => {
    const record = String(data['record']);
    if (type === 'access.outcome' && data['status'] === null) {
      const known = records.get(record);
      if (known !== undefined) records.set(record, { ...known, answered: false });
    }
    if (type !== 'access.allowed' || data['service'] !== service) return;
    const time = Date.parse(at);
    if (time < from - RECONCILED_WITHIN_MS || time >= to + RECONCILED_WITHIN_MS) return;
    records.set(record, {
      ...{ at, gateway: String(data['gateway']), method: String(data['method']) },
      // A call that the gateway did not forward has its outcome in its own record.
      answered: data['outcome'] === undefined,
    });
  });
  return records;
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
  await verifyMirror(deployment.source, deployment.key, (_index, { type, data }) => {
    if (type !== 'gateway.registered') return;
    const publicKey = String(data['publicKey']);
    const key = importEd25519PublicKey(publicKey);
    found.set(ed25519Thumbprint(publicKey), { key, gateway: String(data['gateway']) });
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
  { calls, matched, otherTenants, findings, unanswered }: Reconciliation,
): string {
  const more = findings.length - MAX_SHOWN;
  return formatFacts([
    ['service', `${document.service} of ${document.tenant}`],
    ['span', `${document.from} up to ${document.to}`],
    ['calls seen', `${calls}: ${matched} recorded, ${otherTenants} of other tenants`],
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
