import { canonicalJson } from '@countersign/contract';
import { type Reader, record, type Say } from './lines.js';
import { each, isEmpty, person } from './say.js';

/** Each of the people, with a line for each passkey: its key by its code, so that two people can compare. */
export const people: Say = (value, reader) => {
  if (!Array.isArray(value)) return undefined;
  const lines = value.map((entry) => {
    const { person: id, passkeys, ...more } = record(entry) ?? {};
    const who = person(id, reader);
    const keys = each(passkeys, (key) => passkey(key, reader));
    return typeof who === 'string' && keys !== undefined && isEmpty(more) ? [who, ...keys] : undefined;
  });
  const known = lines.filter((each) => each !== undefined);
  return known.length === lines.length ? known.flat() : undefined;
};

/** Whoever has a recovery key. */
export const papers: Say = (value, reader) =>
  each(value, (entry) => {
    const { person: id, jwk, ...more } = record(entry) ?? {};
    const who = person(id, reader);
    const code = codeOf(jwk, reader);
    return typeof who === 'string' && code !== undefined && isEmpty(more)
      ? `${who}: ${reader.words.recoveryKey(code)}`
      : undefined;
  });

function passkey(value: unknown, reader: Reader): string | undefined {
  const { id, jwk, ...more } = record(value) ?? {};
  const code = codeOf(jwk, reader);
  return typeof id === 'string' && code !== undefined && isEmpty(more)
    ? `– ${reader.words.passkey(code, id)}`
    : undefined;
}

/** A key's thumbprint covers all of its members. */
const codeOf = (jwk: unknown, { codes }: Reader): string | undefined =>
  record(jwk) === undefined ? undefined : codes.get(canonicalJson(jwk));
