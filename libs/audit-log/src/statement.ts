import {
  ContractError,
  canonicalJson,
  readStrictJson,
  type StatementFacts,
  utf8,
} from '@countersign/contract';
import { encodeBase64 } from './bytes.js';
import { type Checkpoint, openCheckpoint, parseLogOrigin } from './checkpoint.js';
import { AuditLogError } from './errors.js';
import { type Ed25519Check, type Note, parseNote, type VerifierKey, verifyNote } from './note.js';

/**
 * A statement of every access in a span, signed by the log's key (docs/contract.md, Statement of accesses). It is a C2SP
 * signed note whose text has two lines: this type, and the canonical JSON of a `StatementBody`. A checkpoint's text begins
 * with the log's origin, so that neither passes as the other.
 */
export const STATEMENT_TYPE = 'countersign/statement/v1';

export type StatementBody = {
  v: 1;
  deployment: string;
  tenant: string;
  /** From this instant on, up to but not including `to`. Whole days of a daily statement are UTC. */
  from: string;
  to: string;
  madeAt: string;
  /** The signed note of the checkpoint that covers every leaf named here. */
  checkpoint: string;
  size: number;
  /** Padded base64. */
  root: string;
} & StatementFacts;

/** The most characters of a statement that is read. */
const MAX_CHARS = 32 * 2 ** 20;

/** The text that the log's key signs. */
export const formatStatement = (body: StatementBody): string => `${STATEMENT_TYPE}\n${canonicalJson(body)}\n`;

/** A statement whose signatures are valid. */
export type OpenedStatement = { body: StatementBody; checkpoint: Checkpoint; note: Note };

/**
 * Reads a statement and verifies it: signed by one of the log's keys, with a checkpoint of the same log that is signed too.
 *
 * @throws AuditLogError `invalid_note`, `invalid_statement`, `unsigned`, `bad_signature`, `wrong_origin`,
 *   `invalid_checkpoint`
 */
export async function openStatement(
  check: Ed25519Check,
  text: string,
  keys: readonly VerifierKey[],
): Promise<OpenedStatement> {
  const note = parseNote(text, MAX_CHARS);
  const body = parseStatement(note.text);
  await verifyNote(check, note, keys);
  requireExceptions(body);
  const { checkpoint } = await openCheckpoint(check, body.checkpoint, keys);
  const isNamed =
    encodeBase64(checkpoint.root) === body.root &&
    checkpoint.size === body.size &&
    isOriginOf(checkpoint.origin, body);
  if (!isNamed)
    throw new AuditLogError('invalid_statement', 'The statement does not name its own checkpoint.');
  return { body, checkpoint, note };
}

/**
 * A statement is complete only as far as gateways have signed: one without a head past the end of the span is an exception.
 *
 * @throws AuditLogError `invalid_statement`
 */
function requireExceptions({ gateways, exceptions, to }: StatementBody): void {
  const excepted = new Set(exceptions.map(({ gateway }) => gateway));
  for (const { gateway, head, revokedAt } of gateways) {
    const end = Math.min(
      Date.parse(to),
      revokedAt === null ? Number.POSITIVE_INFINITY : Date.parse(revokedAt),
    );
    const isPast = head !== null && Date.parse(head.at) >= end;
    if (!isPast && !excepted.has(gateway))
      throw new AuditLogError(
        'invalid_statement',
        `${gateway} has signed no head past the end of the span, and the statement does not name it as an exception.`,
      );
  }
}

/** Whether it is the origin of the tenant's log, in any epoch. */
function isOriginOf(origin: string, { deployment, tenant }: StatementBody): boolean {
  const name = parseLogOrigin(origin);
  return name?.deployment === deployment && name.slug === tenant;
}

/** @throws AuditLogError `invalid_statement` for anything but the one spelling of a statement */
function parseStatement(text: string): StatementBody {
  const fail = (detail: string, cause?: unknown) =>
    new AuditLogError('invalid_statement', detail, cause === undefined ? {} : { cause });
  const [type, json, last, ...more] = text.split('\n');
  if (type !== STATEMENT_TYPE || json === undefined || last !== '' || more.length > 0)
    throw fail(`A statement is two lines, and begins with ${STATEMENT_TYPE}.`);
  let value: unknown;
  try {
    value = readStrictJson(utf8(json));
  } catch (cause) {
    if (!(cause instanceof ContractError)) throw cause;
    throw fail('The second line of a statement is one JSON document.', cause);
  }
  if (!isRecord(value) || !isBody(value)) throw fail('The statement does not have the members of version 1.');
  const body = value as unknown as StatementBody;
  if (formatStatement(body) !== text) throw fail('The statement is not in canonical form.');
  return body;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const object =
  (members: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isRecord(value) &&
    Object.keys(value).length === Object.keys(members).length &&
    Object.entries(members).every(([name, check]) => Object.hasOwn(value, name) && check(value[name]));

const isAccess: Check = (value) =>
  Array.isArray(value) && value.length === 2 && isCount(value[0]) && isText(value[1]);

const isBody = object({
  v: (value) => value === 1,
  deployment: isText,
  tenant: isText,
  from: isText,
  to: isText,
  madeAt: isText,
  checkpoint: isText,
  size: isCount,
  root: isText,
  leaves: isCount,
  count: isCount,
  accesses: orNull(listOf(isAccess)),
  refused: isCount,
  gateways: listOf(
    object({
      gateway: isText,
      enrolledAt: isText,
      revokedAt: orNull(isText),
      head: orNull(object({ index: isCount, record: isText, at: isText })),
    }),
  ),
  exceptions: listOf(
    object({
      gateway: isText,
      from: isText,
      reason: (value) => value === 'no_head' || value === 'gap',
    }),
  ),
  sealed: listOf(isText),
});
