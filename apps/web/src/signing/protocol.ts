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
import type { ControlsOfWidening } from '../passkey/controls-difference.js';
import type { PasskeyReason } from '../passkey/passkey-problem.js';
import { asObject } from './describe/members.js';

/** The path of the signing page at the customer's own origin; see docs/signing-page.md. */
export const SIGNING_PATH = '/countersign-signing.html';
/** Every message between the two pages carries this. */
export const SIGNING = 'countersign/signing/v1';
/** The longest accepted fragment, in characters. A trust document has at most 48 kB, which base64url makes 64 kB. */
const MAX_CHARACTERS = 128 * 1024;

/**
 * Sign a statement with a passkey. An approval comes with `terms` and `openings`, an invitation with `openings`, a widening
 * with `controls`.
 */
export interface SignTask {
  do: 'sign';
  statement: Statement;
  terms?: Terms;
  openings?: Readonly<Record<string, Opening>>;
  controls?: ControlsOfWidening;
  rpId: string;
  credentials: readonly string[];
}
/** Create a passkey. */
export interface EnrolTask {
  do: 'enrol';
  options: PublicKeyCredentialCreationOptionsJSON;
}
/** Create a recovery key. Only its public half is returned. */
export interface PrintTask {
  do: 'print';
  tenant: string;
}
/** Sign a trust document with a printed recovery key. */
export interface RecoverTask {
  do: 'recover';
  statement: TrustDocument;
  jwk: RecoveryJwk;
}
export type Task = SignTask | EnrolTask | PrintTask | RecoverTask;

/** A request of a broker's page. The signing page's URL carries it in its fragment, as base64url of its JSON. */
export interface SigningRequest {
  v: 1;
  /** Random. Every message about this request names it. */
  id: string;
  /** The origin of the page that asks. The customer must have listed it. */
  from: string;
  language: string;
  /** Names of people by id. They are the broker's word and are shown as such. */
  names: Readonly<Record<string, string>>;
  task: Task;
}

/** The result of `navigator.credentials.create`, reduced to what the broker reads. */
export type MadePasskey = {
  id: string;
  rawId: string;
  type: 'public-key';
  clientExtensionResults: Record<string, unknown>;
  response: { clientDataJSON: string; attestationObject: string };
};

/** The result of a task, or why there is none. */
export type Outcome =
  | { signature: Signature }
  | { passkey: MadePasskey }
  | { recovery: RecoveryJwk }
  | { refused: PasskeyReason };

/**
 * First the signing page sends `ready`, then its opener sends `go`. Only a page at the listed origin can do that, and until
 * then the signing page shows no button. The outcome comes last.
 */
export type Message = { countersign: typeof SIGNING; id: string } & (
  | { ready: true }
  | { go: true }
  | { outcome: Outcome }
);

/** Encodes a request for the fragment of the signing page's URL. */
export const writeRequest = (request: SigningRequest): string =>
  encodeBase64url(utf8(JSON.stringify(request)));

/**
 * Decodes the request in a fragment, and validates all members but the task, which is validated by its kind. Undefined if
 * the fragment is too long, is not base64url of JSON, or has other members or another version.
 */
export function readRequest(fragment: string): SigningRequest | undefined {
  if (fragment.length > MAX_CHARACTERS) return undefined;
  const request = asObject(parsed(decodeBase64url(fragment)));
  const { v, id, from, language, names, task, ...more } = request ?? {};
  const known = v === 1 && [id, from, language].every((each) => typeof each === 'string');
  if (!known || Object.keys(more).length > 0 || asObject(task) === undefined) return undefined;
  if (!Object.values(asObject(names) ?? { none: null }).every((each) => typeof each === 'string'))
    return undefined;
  return request as unknown as SigningRequest;
}

function parsed(bytes: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
