import {
  type ApprovalStatement,
  canonicalJson,
  type InvitationStatement,
  type Opening,
  openCommitment,
  type PracticeStatement,
  type Statement,
  sha256Digest,
  statementHash,
  type Terms,
  type TrustDocument,
  type WideningStatement,
} from '@countersign/contract';
import { durationText, scopeWords } from '@countersign/wording';
import { controlsDifference } from '../../passkey/controls-difference.js';
import { PasskeyProblem } from '../../passkey/passkey-problem.js';
import { buildApproval, buildWidening } from '../../passkey/statements.js';
import { withHashing } from '../../passkey/web-hashing.js';
import type { SigningConfig } from '../config.js';
import type { RecoverTask, SignTask } from '../protocol.js';
import { type DescribeContext, type DescribedMember, describeMembers, type Table } from './members.js';
import {
  approvalTable,
  invitationTable,
  liftTable,
  practiceTable,
  presenceTable,
  stopTable,
  termsTable,
  trustTable,
  wideningTable,
} from './tables.js';

/** A statement in words, as a person reads it before signing. */
export interface StatementDescription {
  title: string;
  parts: { title: string; lines: DescribedMember[] }[];
  /** The hash of a trust document, in hexadecimal. */
  fingerprint?: string;
}

type Asked = Pick<SignTask, 'statement' | 'terms' | 'openings' | 'controls'> | RecoverTask;

/**
 * Describes what is to be signed: every member in words, with hashes computed here and texts verified against their
 * commitments.
 *
 * @throws PasskeyProblem `differs` if anything is not what it claims to be or cannot be described
 */
export async function describeStatement(
  asked: Asked,
  config: Pick<SigningConfig, 'tenant' | 'deployment'>,
  base: Omit<DescribeContext, 'opened' | 'codes'>,
): Promise<StatementDescription> {
  const context: DescribeContext = { ...base, opened: {}, codes: new Map() };
  try {
    const { statement } = asked;
    const isOurs = (['tenant', 'deployment'] as const).every(
      (name) => config[name] === undefined || config[name] === statement[name],
    );
    // A printed key may sign trust documents and nothing else.
    const isAllowed = !('jwk' in asked) || statement.type === 'countersign/trust/v1';
    if (!isOurs || !isAllowed || !Object.hasOwn(DESCRIBERS, statement.type))
      throw new PasskeyProblem('differs');
    return await DESCRIBERS[statement.type](asked, context);
  } catch (cause) {
    throw cause instanceof PasskeyProblem ? cause : new PasskeyProblem('differs', { cause });
  }
}

type Describer = (asked: Asked, context: DescribeContext) => Promise<StatementDescription>;

const DESCRIBERS: Readonly<Record<Statement['type'], Describer>> = {
  'countersign/approval/v1': describeApproval,
  'countersign/invitation/v1': describeInvitation,
  'countersign/stop/v1': async ({ statement }, context) => {
    const { words } = context;
    const title = 'digest' in statement ? words.stopOne : words.stopAll(statement.tenant);
    return { title, parts: [statementPart(statement, stopTable, context)] };
  },
  'countersign/lift/v1': async ({ statement }, context) => ({
    title: context.words.lift(statement.tenant),
    parts: [statementPart(statement, liftTable, context)],
  }),
  'countersign/presence/v1': async ({ statement }, context) => {
    const { words } = context;
    const title = 'credential' in statement ? words.consentTo : words.signInTo(statement.tenant);
    return { title, parts: [statementPart(statement, presenceTable, context)] };
  },
  'countersign/practice/v1': async ({ statement }, context) => {
    const { words } = context;
    const decision = words.decision((statement as PracticeStatement).decision);
    if (decision === undefined) throw new PasskeyProblem('differs');
    return { title: words.practise(decision), parts: [statementPart(statement, practiceTable, context)] };
  },
  'countersign/widening/v1': describeWidening,
  'countersign/trust/v1': describeTrust,
};

async function describeApproval(asked: Asked, context: DescribeContext): Promise<StatementDescription> {
  const { terms, openings = {} } = asked as SignTask;
  const statement = asked.statement as ApprovalStatement;
  const { person, decision } = statement;
  const shown = { terms: terms as Terms, openings, person, decision };
  await buildApproval(shown, statement);
  const { words, language } = context;
  const opened = { ...context, opened: valuesOf(openings) };
  const parts = [
    { title: words.terms, lines: describeMembers(terms, termsTable, opened) },
    statementPart(statement, approvalTable, context),
  ];
  const what = scopeWords(shown.terms.scope, language);
  const time = durationText(shown.terms.seconds, language);
  if (decision === 'deny') return { title: words.deny(what), parts };
  const title = shown.terms.parent === undefined ? words.approve(what, time) : words.offer(what, time);
  return { title, parts };
}

async function describeInvitation(asked: Asked, context: DescribeContext): Promise<StatementDescription> {
  const { openings = {} } = asked as SignTask;
  const statement = asked.statement as InvitationStatement;
  const { ticket: opening, ...more } = openings;
  const holds =
    opening === undefined ||
    (await withHashing((hashing) => openCommitment(hashing, 'ticket', opening, statement.ticket ?? '')));
  if (!holds || Object.keys(more).length > 0) throw new PasskeyProblem('differs');
  const part = statementPart(statement, invitationTable, { ...context, opened: valuesOf(openings) });
  return { title: context.words.invite(scopeWords(statement.scope, context.language)), parts: [part] };
}

async function describeWidening(asked: Asked, context: DescribeContext): Promise<StatementDescription> {
  const { controls } = asked as SignTask;
  const statement = asked.statement as WideningStatement;
  if (controls === undefined) throw new PasskeyProblem('differs');
  await buildWidening({ ...statement, controls }, statement);
  const { words } = context;
  const lines = controlsDifference(controls).map(({ member, before, after }) => ({
    label: member,
    texts: [words.was(before), words.willBe(after)],
  }));
  return {
    title: words.widen(statement.tenant),
    parts: [{ title: words.controls, lines }, statementPart(statement, wideningTable, context)],
  };
}

async function describeTrust({ statement }: Asked, context: DescribeContext): Promise<StatementDescription> {
  const document = statement as TrustDocument;
  const keys = [...document.people.flatMap(({ passkeys }) => passkeys), ...(document.recovery ?? [])];
  const codes = new Map<string, string>();
  for (const { jwk } of keys) {
    const text = canonicalJson(jwk);
    codes.set(text, comparisonCode(await withHashing((hashing) => sha256Digest(hashing, text))));
  }
  const [, fingerprint = ''] = (await withHashing((hashing) => statementHash(hashing, document))).split(':');
  return {
    title: context.words.trust(String(document.seq), document.tenant),
    parts: [statementPart(document, trustTable, { ...context, codes })],
    fingerprint,
  };
}

const statementPart = (statement: Statement, table: Table, context: DescribeContext) => ({
  title: context.words.statement,
  lines: describeMembers(statement, table, context),
});

const valuesOf = (openings: Readonly<Record<string, Opening>>): Record<string, string> =>
  Object.fromEntries(Object.entries(openings).map(([name, { value }]) => [name, value]));

/** 128 bits of a thumbprint, which people can compare by voice. */
const comparisonCode = (hash: string): string => (hash.slice(7, 39).match(/.{4}/g) ?? []).join(' ');
