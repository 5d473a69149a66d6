import { decodeBase64url, encodeBase64url, utf8 } from '@countersign/contract';
import { MOST_CHARACTERS, type SigningRequest } from './protocol.js';
import { record } from './show/lines.js';

/** As it stands in the fragment of the signing page's address. */
export const writeRequest = (request: SigningRequest): string =>
  encodeBase64url(utf8(JSON.stringify(request)));

/**
 * The request that the fragment holds, as far as the page itself goes by it; what is to be signed is read by what it is.
 * Undefined for anything else: too long, no base64url of JSON, other members, another version.
 */
export function readRequest(fragment: string): SigningRequest | undefined {
  if (fragment.length > MOST_CHARACTERS) return undefined;
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
