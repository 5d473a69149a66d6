import {
  decodeBase64url,
  encodeBase64url,
  type Opening,
  type RecoveryJwk,
  type Signature,
  type Statement,
  type Terms,
  type TrustDocument,
  utf8,
} from '@countersign/contract';
import type { PublicKeyCredentialCreationOptionsJSON } from '@simplewebauthn/browser';
import type { PasskeyReason } from '../passkey/passkey-problem.js';
import { record } from './describe/members.js';

/** Where a customer puts the signing page, at an origin of its own; see docs/signing-page.md. */
export const SIGNING_PATH = '/countersign-signing.html';
/** What every message between the two pages says first. */
export const SIGNING = 'countersign/signing/v1';
/** The longest fragment that is read, in characters: a trust document is at most 48 kB, in base64url 64 kB. */
export const MAX_CHARACTERS = 128 * 1024;

/** To sign a statement with a passkey. `terms` and `openings` go with an approval, `openings` with an invitation. */
export interface SignTask {
  do: 'sign';
  statement: Statement;
  terms?: Terms;
  openings?: Readonly<Record<string, Opening>>;
  rpId: string;
  credentials: readonly string[];
}
/** To make a passkey. */
export interface EnrolTask {
  do: 'enrol';
  options: PublicKeyCredentialCreationOptionsJSON;
}
/** To make a recovery key: only its public half is unwrap. */
export interface PrintTask {
  do: 'print';
  tenant: string;
}
/** To sign a trust document with a printed recovery key. */
export interface RecoverTask {
  do: 'recover';
  statement: TrustDocument;
  jwk: RecoveryJwk;
}
export type Task = SignTask | EnrolTask | PrintTask | RecoverTask;

/** What a broker's page asks, base64url of its JSON in the fragment of the signing page's address. */
export interface SigningRequest {
  v: 1;
  /** Random; every message about it names it. */
  id: string;
  /** Origin of the page that asks; the customer has to have listed it. */
  from: string;
  language: string;
  /** Of people, as the broker knows them: shown as its word. */
  names: Readonly<Record<string, string>>;
  task: Task;
}

/** What `navigator.credentials.create` made, as far as the broker reads it. */
export type MadePasskey = {
  id: string;
  rawId: string;
  type: 'public-key';
  clientExtensionResults: Record<string, unknown>;
  response: { clientDataJSON: string; attestationObject: string };
};

/** What the task made, or why nothing was made. */
export type Outcome =
  | { signature: Signature }
  | { passkey: MadePasskey }
  | { recovery: RecoveryJwk }
  | { refused: PasskeyReason };

/**
 * First the signing page says `ready`, then its opener `go`: only who is at the listed origin can, and until then there
 * is nothing to press. The outcome comes last.
 */
export type Message = { countersign: typeof SIGNING; id: string } & (
  | { ready: true }
  | { go: true }
  | { outcome: Outcome }
);

/** As it stands in the fragment of the signing page's address. */
export const writeRequest = (request: SigningRequest): string =>
  encodeBase64url(utf8(JSON.stringify(request)));

/**
 * The request that the fragment holds, as far as the page itself goes by it; what is to be signed is read by what it is.
 * Undefined for anything else: too long, no base64url of JSON, other members, another version.
 */
export function readRequest(fragment: string): SigningRequest | undefined {
  if (fragment.length > MAX_CHARACTERS) return undefined;
  const given = record(parsed(decodeBase64url(fragment)));
  const { v, id, from, language, names, task, ...more } = given ?? {};
  const known = v === 1 && [id, from, language].every((each) => typeof each === 'string');
  if (!known || Object.keys(more).length > 0 || record(task) === undefined) return undefined;
  if (!Object.values(record(names) ?? { none: null }).every((each) => typeof each === 'string'))
    return undefined;
  return given as unknown as SigningRequest;
}

function parsed(bytes: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
