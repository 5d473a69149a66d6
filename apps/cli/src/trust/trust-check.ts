import { randomBytes, verify } from 'node:crypto';
import { type Trust, trustEndpoints } from '@countersign/api';
import {
  type CheckedPinsStatement,
  checkPinsStatement,
  isTenantSlug,
  type PinsStatement,
  type PinsStatementProblem,
} from '@countersign/contract';
import { ed25519Thumbprint, importEd25519PublicKey } from '@countersign/gateway-protocol';
import { readBody } from '../api/read-body.js';
import type { Answer, Context } from '../command/context.js';
import { CliError, usageError } from '../command/errors.js';
import { formatTable } from '../terminal/text.js';
import { readAnchorFile } from './anchor-file.js';

export interface TrustCheckOptions {
  gateway?: readonly string[];
  anchor?: string;
  kid?: string;
}

/** How long a gateway may take. */
const TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 64 * 1024;

/** Why a gateway's statement is not as it should be. The first ones say why it is not believed. */
type Finding =
  | PinsStatementProblem
  | 'unreachable'
  | 'other_key'
  | 'unclaimed'
  | 'not_pinned'
  | 'other_pin'
  | 'refuses_all'
  | 'other_version';

const FINDING_TEXT: Record<Finding, string> = {
  unreachable: 'it does not answer, or not with a statement of ordinary length',
  malformed: 'its answer is no statement of a gateway',
  wrong_nonce: 'its answer is to another question',
  wrong_tenant: 'its answer is about another tenant',
  not_fresh: 'its answer is older than five minutes, or its clock differs',
  unknown_gateway: 'the broker knows no enrolled gateway of that id that serves this tenant',
  bad_signature: 'its answer is not signed by the key that this gateway has registered',
  other_key: 'it has another key than --kid names',
  unclaimed:
    'it has pinned nothing, and the broker names no first document: either no one has claimed this tenant, or both hide what was signed. If the tenant is claimed, check with --anchor and the anchor file that you have kept',
  not_pinned: 'it has not pinned this tenant',
  other_pin: 'it has pinned another first document',
  refuses_all:
    'it holds no document from its pin, or only older ones than it requires, and refuses every call',
  other_version: 'it applies another version than the broker names',
};

interface Checked {
  url: string;
  finding: Finding | null;
  statement: PinsStatement | null;
  /** RFC 7638 thumbprint of the gateway's key. */
  kid: string | null;
}

/**
 * Asks gateways themselves, not the broker, what they have pinned of a tenant. Checks each answer's signature, and that it
 * names the first document and the current version.
 *
 * @throws CliError `trust_differs` (exit 1) if any gateway's answer is not as it should be; those of `readPinned`
 */
export async function checkTrust(
  context: Context,
  tenant: string,
  { gateway, anchor, kid }: TrustCheckOptions,
): Promise<Answer> {
  if (!isTenantSlug(tenant)) throw usageError('the argument is a tenant’s slug');
  const ownPin = anchor === undefined ? undefined : await readPinned(anchor, tenant);
  const urls = (gateway ?? []).map(parseGatewayUrl);
  const trust = await (await context.api()).call(trustEndpoints.read, { params: { slug: tenant } });
  const expected = { tenant, trust, pinned: ownPin ?? trust.anchor?.trust ?? null, kid };
  const gatewayUrls = urls.length === 0 ? [parseGatewayUrl(trust.gatewayUrl)] : urls;
  const items = await Promise.all(gatewayUrls.map((url) => ask(url, expected)));
  const wrong = items.filter(({ finding }) => finding !== null);
  const document = { items, next: null };
  if (wrong.length === 0) return { document, text: textOf(tenant, items) };
  throw new CliError(
    'trust_differs',
    `${wrong.length} of ${items.length} gateways did not confirm what ${tenant} has signed`,
    {
      document,
      more: wrong.map(({ url, finding }) => ({
        code: finding as Finding,
        detail: `${url}: ${FINDING_TEXT[finding as Finding]}`,
      })),
    },
  );
}

type Expected = { tenant: string; trust: Trust; pinned: string | null; kid: string | undefined };

async function ask(url: string, expected: Expected): Promise<Checked> {
  const { tenant, trust } = expected;
  const nonce = randomBytes(16).toString('base64url');
  const answer = await fetchStatement(`${url}/countersign/pins/${tenant}?nonce=${nonce}`);
  if (answer === undefined) return { url, finding: 'unreachable', statement: null, kid: null };
  const publicKeyOf = (id: string) => trust.gateways.find((each) => each.id === id)?.publicKey;
  const checked: CheckedPinsStatement = await checkPinsStatement(
    answer,
    { nonce, tenant, now: Date.now(), publicKeyOf },
    (publicKey, message, signature) => verify(null, message, importEd25519PublicKey(publicKey), signature),
  );
  if (!checked.ok) return { url, finding: checked.problem, statement: null, kid: null };
  const { statement } = checked;
  const kid = ed25519Thumbprint(publicKeyOf(statement.iss) ?? '');
  return { url, finding: findingOf(statement, kid, expected), statement, kid };
}

/** What the statement says that it should not say; null if all is as expected. */
function findingOf(statement: PinsStatement, kid: string, expected: Expected): Finding | null {
  const { pinned, current } = statement;
  if (expected.kid !== undefined && kid !== expected.kid) return 'other_key';
  // Nothing is confirmed: a broker that lies can say of a claimed tenant that it has signed nothing.
  if (expected.pinned === null) return pinned === null ? 'unclaimed' : 'other_pin';
  if (pinned === null) return 'not_pinned';
  if (pinned !== expected.pinned) return 'other_pin';
  if (current === null) return 'refuses_all';
  return current === expected.trust.trust ? null : 'other_version';
}

async function fetchStatement(url: string): Promise<string | undefined> {
  try {
    const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    const body = await readBody(answer, MAX_ANSWER_BYTES);
    return answer.ok ? body?.toString('utf8') : undefined;
  } catch {
    return undefined;
  }
}

/** The fingerprint in the anchor file that the customer has kept. @throws CliError `anchor_differs` */
async function readPinned(file: string, tenant: string): Promise<string> {
  const anchor = await readAnchorFile(file);
  if (anchor.tenant === tenant) return anchor.trust;
  throw new CliError('anchor_differs', `${file} is the anchor file of another tenant`);
}

/** @throws CliError `invalid_usage` */
function parseGatewayUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol))
    return new URL(text).href.replace(/\/+$/, '');
  throw usageError(`--gateway takes an http(s) address; got ${JSON.stringify(text)}`);
}

function textOf(tenant: string, items: readonly Checked[]): string {
  const rows = items.map(({ url, statement, kid }) => [
    url,
    statement?.iss ?? '',
    statement?.pinned ?? 'nothing',
    statement?.current ?? 'nothing',
    kid ?? '',
  ]);
  return `${formatTable(['ADDRESS', 'GATEWAY', 'PINNED', 'APPLIES', 'KEY'], rows)}\n\nEach gateway itself says so, under the key that it has registered. ${tenant} can compare PINNED with its anchor file.`;
}
