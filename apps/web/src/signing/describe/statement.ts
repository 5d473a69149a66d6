import {
  type ApprovalStatement,
  canonicalJson,
  type InvitationStatement,
  type Opening,
  openCommitment,
  type Statement,
  sha256Digest,
  statementHash,
  type Terms,
  type TrustDocument,
} from '@countersign/contract';
import { durationText, scopeWords } from '@countersign/wording';
import { PasskeyProblem } from '../../passkey/passkey-problem.js';
import { buildApproval } from '../../passkey/statements.js';
import { withHashing } from '../../passkey/web-hashing.js';
import type { SigningConfig } from '../config.js';
import type { RecoverTask, SignTask } from '../protocol.js';
import { type DescribeContext, type DescribedMember, describeMembers, type Table } from './members.js';
import { approvalTable, invitationTable, liftTable, stopTable, termsTable, trustTable } from './tables.js';

/** Something that may be signed, as a person reads it. */
export interface StatementDescription {
  title: string;
  parts: { title: string; lines: DescribedMember[] }[];
  /** Hash of a trust document, hexadecimal. */
  fingerprint?: string;
}

type Asked = Pick<SignTask, 'statement' | 'terms' | 'openings'> | RecoverTask;

/**
 * Reads what is to be signed: every member in words, hashes computed here, texts held against their commitments.
 *
 * @throws PasskeyProblem `differs` where anything is not what it says it is, or has no words
 */
export async function describeStatement(
  asked: Asked,
  config: Pick<SigningConfig, 'tenant' | 'deployment'>,
  with_: Omit<DescribeContext, 'opened' | 'codes'>,
): Promise<StatementDescription> {
  const reader: DescribeContext = { ...with_, opened: {}, codes: new Map() };
  try {
    const { statement } = asked;
    const isOurs = (['tenant', 'deployment'] as const).every(
      (name) => config[name] === undefined || config[name] === statement[name],
    );
    // A printed key signs trust documents and nothing else.
    const isAllowed = !('jwk' in asked) || statement.type === 'countersign/trust/v1';
    if (!isOurs || !isAllowed || !Object.hasOwn(READERS, statement.type)) throw new PasskeyProblem('differs');
    return await READERS[statement.type](asked, reader);
  } catch (cause) {
    throw cause instanceof PasskeyProblem ? cause : new PasskeyProblem('differs', { cause });
  }
}

type Read = (asked: Asked, reader: DescribeContext) => Promise<StatementDescription>;

const READERS: Readonly<Record<Statement['type'], Read>> = {
  'countersign/approval/v1': readApproval,
  'countersign/invitation/v1': readInvitation,
  'countersign/stop/v1': async ({ statement }, reader) => {
    const { words } = reader;
    const title = 'digest' in statement ? words.stopOne : words.stopAll(statement.tenant);
    return { title, parts: [said(statement, stopTable, reader)] };
  },
  'countersign/lift/v1': async ({ statement }, reader) => ({
    title: reader.words.lift(statement.tenant),
    parts: [said(statement, liftTable, reader)],
  }),
  'countersign/trust/v1': readTrust,
};

async function readApproval(asked: Asked, reader: DescribeContext): Promise<StatementDescription> {
  const { terms, openings = {} } = asked as SignTask;
  const statement = asked.statement as ApprovalStatement;
  const { person, decision } = statement;
  const shown = { terms: terms as Terms, openings, person, decision };
  await buildApproval(shown, statement);
  const { words, language } = reader;
  const opened = { ...reader, opened: valuesOf(openings) };
  const parts = [
    { title: words.terms, lines: describeMembers(terms, termsTable, opened) },
    said(statement, approvalTable, reader),
  ];
  const what = scopeWords(shown.terms.scope, language);
  const time = durationText(shown.terms.seconds, language);
  if (decision === 'deny') return { title: words.deny(what), parts };
  const title = shown.terms.parent === undefined ? words.approve(what, time) : words.offer(what, time);
  return { title, parts };
}

async function readInvitation(asked: Asked, reader: DescribeContext): Promise<StatementDescription> {
  const { openings = {} } = asked as SignTask;
  const statement = asked.statement as InvitationStatement;
  const { ticket: opening, ...more } = openings;
  const holds =
    opening === undefined ||
    (await withHashing((hashing) => openCommitment(hashing, 'ticket', opening, statement.ticket ?? '')));
  if (!holds || Object.keys(more).length > 0) throw new PasskeyProblem('differs');
  const part = said(statement, invitationTable, { ...reader, opened: valuesOf(openings) });
  return { title: reader.words.invite(scopeWords(statement.scope, reader.language)), parts: [part] };
}

async function readTrust({ statement }: Asked, reader: DescribeContext): Promise<StatementDescription> {
  const document = statement as TrustDocument;
  const keys = [...document.people.flatMap(({ passkeys }) => passkeys), ...(document.recovery ?? [])];
  const codes = new Map<string, string>();
  for (const { jwk } of keys) {
    const text = canonicalJson(jwk);
    codes.set(text, codeIn(await withHashing((hashing) => sha256Digest(hashing, text))));
  }
  const [, fingerprint = ''] = (await withHashing((hashing) => statementHash(hashing, document))).split(':');
  return {
    title: reader.words.trust(String(document.seq), document.tenant),
    parts: [said(document, trustTable, { ...reader, codes })],
    fingerprint,
  };
}

const said = (statement: Statement, table: Table, reader: DescribeContext) => ({
  title: reader.words.said,
  lines: describeMembers(statement, table, reader),
});

const valuesOf = (openings: Readonly<Record<string, Opening>>): Record<string, string> =>
  Object.fromEntries(Object.entries(openings).map(([name, { value }]) => [name, value]));

/** 128 bits of a thumbprint, to be compared by voice. */
const codeIn = (hash: string): string => (hash.slice(7, 39).match(/.{4}/g) ?? []).join(' ');
