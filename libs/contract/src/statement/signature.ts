import { z } from 'zod';
import { canonicalJson } from '../core/canonical-json.js';
import { ContractError } from '../core/errors.js';
import { APPROVAL_TYPE, type ApprovalStatement, parseApproval } from './approval.js';
import { INVITATION_TYPE, type InvitationStatement, parseInvitation } from './invitation.js';
import { bytes } from './members.js';
import { parseTrustDocument } from './parse-trust-document.js';
import { readStatement, type StatementRule } from './read-statement.js';
import {
  LIFT_TYPE,
  type LiftStatement,
  parseLift,
  parseStop,
  STOP_TYPE,
  type StopStatement,
} from './stop.js';
import { TRUST_TYPE, type TrustDocument } from './trust-document.js';

/** Everything that a customer's people sign. */
export type Statement =
  | ApprovalStatement
  | InvitationStatement
  | StopStatement
  | LiftStatement
  | TrustDocument;

/** What a signature by a recovery key has in place of a credential's id. */
export const RECOVERY_CREDENTIAL = 'recovery';

/**
 * A countersignature (CONTRACT §3): a statement and the WebAuthn assertion over it, or a trust document and a recovery
 * key's signature (`credential` is `recovery`, the two members of WebAuthn are empty). All but the statement is
 * base64url without padding.
 */
export type Signature<S extends Statement = Statement> = {
  statement: S;
  credential: string;
  authenticatorData: string;
  clientDataJSON: string;
  signature: string;
};

/** A version of a trust document as it is carried; each of its signatures has it as `statement`. */
export type SignedTrustDocument = { document: TrustDocument; signatures: Signature<TrustDocument>[] };

/** Shape of a signature; published as docs/schemas/signature-v1.json. Its statement has a schema of its own. */
export const signatureSchema = z.strictObject({
  statement: z.looseObject({ type: z.string() }),
  credential: z.union([z.literal(RECOVERY_CREDENTIAL), bytes(16, 1_023)]),
  authenticatorData: bytes(0, 1_024),
  clientDataJSON: bytes(0, 2_048),
  signature: bytes(8, 512),
});

/** Shape of a signed trust document; the document and each statement are read by `parseTrustDocument`. */
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
  [TRUST_TYPE]: parseTrustDocument,
};

/** A statement of any type from anything. Throws ContractError `invalid_statement` with a pointer. */
export function parseStatement(value: unknown): Statement {
  const { type } = (value ?? {}) as { type?: unknown };
  const parse = typeof type === 'string' && Object.hasOwn(PARSERS, type) ? PARSERS[type] : undefined;
  if (parse === undefined) throw new ContractError('invalid_statement', 'no type of statement', '/type');
  return parse(value);
}

/**
 * A signature from anything, with its statement, read strictly; nothing is verified. Returns a copy.
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

/** A signed trust document from anything; each signature has to be over it. Throws ContractError `invalid_statement`. */
export function parseSignedTrustDocument(value: unknown): SignedTrustDocument {
  const read = readStatement(signedDocumentSchema, [], value, 'signed trust document');
  const document = parsed('/document', () => parseTrustDocument(read.document));
  const text = canonicalJson(document);
  const signatures = read.signatures.map((each, index) =>
    parsed(`/signatures/${index}`, () => {
      const signature = parseSignature(each);
      if (canonicalJson(signature.statement) !== text)
        throw new ContractError('invalid_statement', 'is not the document', '/statement');
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
