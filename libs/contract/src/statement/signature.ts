import { z } from 'zod';
import { canonicalJson } from '../encoding/canonical-json.js';
import { ContractError } from '../errors.js';
import { APPROVAL_TYPE, type ApprovalStatement, parseApproval } from './approval.js';
import { INVITATION_TYPE, type InvitationStatement, parseInvitation } from './invitation.js';
import { bytes, readStatement, type StatementRule } from './members.js';
import { PRACTICE_TYPE, type PracticeStatement, parsePractice } from './practice.js';
import { PRESENCE_TYPE, type PresenceStatement, parsePresence } from './presence.js';
import {
  LIFT_TYPE,
  type LiftStatement,
  parseLift,
  parseStop,
  STOP_TYPE,
  type StopStatement,
} from './stop.js';
import { parseTrustDocument, TRUST_TYPE, type TrustDocument } from './trust-document.js';
import { parseWidening, WIDENING_TYPE, type WideningStatement } from './widening.js';

/** Everything that a customer's people sign. docs/contract.md, Statements. */
export type Statement =
  | ApprovalStatement
  | InvitationStatement
  | StopStatement
  | LiftStatement
  | PresenceStatement
  | PracticeStatement
  | WideningStatement
  | TrustDocument;

/** The `credential` of a signature that was made by a recovery key. */
export const RECOVERY_CREDENTIAL = 'recovery';

/**
 * A countersignature (docs/contract.md, Signature): a statement and the WebAuthn assertion over it. Or a trust document and
 * a recovery key's signature: then `credential` is `recovery`, and `authenticatorData` and `clientDataJSON` are empty.
 * Everything but the statement is base64url without padding.
 */
export type Signature<S extends Statement = Statement> = {
  statement: S;
  credential: string;
  authenticatorData: string;
  clientDataJSON: string;
  signature: string;
};

/** A version of a trust document as it is sent. Each signature has the document as its `statement`. */
export type SignedTrustDocument = { document: TrustDocument; signatures: Signature<TrustDocument>[] };

/** The shape of a signature, published as docs/schemas/signature-v1.json. The statement has a schema of its own. */
export const signatureSchema = z.strictObject({
  statement: z.looseObject({ type: z.string() }),
  credential: z.union([z.literal(RECOVERY_CREDENTIAL), bytes(16, 1_023)]),
  authenticatorData: bytes(0, 1_024),
  clientDataJSON: bytes(0, 2_048),
  signature: bytes(8, 512),
});

/** The shape of a signed trust document. `parseTrustDocument` parses the document and each statement. */
const signedDocumentSchema = z.strictObject({
  document: z.unknown(),
  signatures: z.array(z.unknown()).min(1).max(2_000),
});

type Read = z.infer<typeof signatureSchema>;
const isRecovery = ({ credential }: Read) => credential === RECOVERY_CREDENTIAL;

const RULES: readonly StatementRule<Read>[] = [
  [
    '/authenticatorData',
    (read) => isRecovery(read) === (read.authenticatorData === ''),
    'is empty for a recovery key, and only then',
  ],
  [
    '/clientDataJSON',
    (read) => isRecovery(read) === (read.clientDataJSON === ''),
    'is empty for a recovery key, and only then',
  ],
  [
    '/credential',
    (read) => !isRecovery(read) || read.statement.type === TRUST_TYPE,
    'a recovery key signs trust documents only',
  ],
];

const PARSERS: Readonly<Record<string, (value: unknown) => Statement>> = {
  [APPROVAL_TYPE]: parseApproval,
  [INVITATION_TYPE]: parseInvitation,
  [STOP_TYPE]: parseStop,
  [LIFT_TYPE]: parseLift,
  [PRESENCE_TYPE]: parsePresence,
  [PRACTICE_TYPE]: parsePractice,
  [WIDENING_TYPE]: parseWidening,
  [TRUST_TYPE]: parseTrustDocument,
};

/** Parses a statement of any type. Throws ContractError `invalid_statement` with a pointer. */
export function parseStatement(value: unknown): Statement {
  const { type } = (value ?? {}) as { type?: unknown };
  const parse = typeof type === 'string' && Object.hasOwn(PARSERS, type) ? PARSERS[type] : undefined;
  if (parse === undefined) throw new ContractError('invalid_statement', 'unknown type of statement', '/type');
  return parse(value);
}

/**
 * Parses a signature and its statement strictly and returns a copy. It verifies nothing.
 * Throws ContractError `invalid_statement` with a pointer.
 */
export function parseSignature(value: unknown): Signature {
  const read = readStatement(signatureSchema, RULES, value, 'signature');
  try {
    return { ...read, statement: parseStatement(read.statement) };
  } catch (error) {
    throw inside('/statement', error);
  }
}

/** Parses a signed trust document. Each signature must be over that document. Throws ContractError `invalid_statement`. */
export function parseSignedTrustDocument(value: unknown): SignedTrustDocument {
  const read = readStatement(signedDocumentSchema, [], value, 'signed trust document');
  const document = parsed('/document', () => parseTrustDocument(read.document));
  const text = canonicalJson(document);
  const signatures = read.signatures.map((each, index) =>
    parsed(`/signatures/${index}`, () => {
      const signature = parseSignature(each);
      if (canonicalJson(signature.statement) !== text)
        throw new ContractError('invalid_statement', 'is not over the document', '/statement');
      return { ...signature, statement: document };
    }),
  );
  return { document, signatures };
}

function parsed<T>(pointer: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw inside(pointer, error);
  }
}

function inside(pointer: string, error: unknown): unknown {
  if (!(error instanceof ContractError)) return error;
  return new ContractError(error.code, error.message, pointer + (error.pointer ?? ''));
}
