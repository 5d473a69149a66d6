import { readFileSync } from 'node:fs';
import { nodeHashing, readJwks, verifyGrantToken } from '@countersign/authorization';
import { toInstant } from '@countersign/contract';
import type { Answer, Context } from '../command/context.js';
import { CliError } from '../command/errors.js';
import { scopeLines } from '../requests/request-text.js';
import { readAll } from '../terminal/io.js';
import { facts, instantFrom } from '../terminal/text.js';

export type TokenCheckOptions = { jwks: string; issuer: string; audience: string };

/** No token is longer (CONTRACT §4 allows 7,680 bytes); more is not read. */
const MOST_BYTES = 65_536;

/** Checks a token on stdin offline, by the very steps that a gateway takes. Ends with 1 and the reason. */
export async function tokenCheck(context: Context, options: TokenCheckOptions): Promise<Answer> {
  const keys = readKeys(options.jwks);
  const token = (await readAll(context.io.stdin, MOST_BYTES)).trim();
  const result = verifyGrantToken(token, {
    issuer: options.issuer,
    audience: options.audience,
    key: (kid) => keys.get(kid),
    now: Date.now,
    hashing: nodeHashing,
  });
  if (!result.ok) {
    const document = { valid: false, reason: result.reason, detail: result.detail };
    throw new CliError(result.reason, result.detail, { document });
  }
  const { claims } = result;
  return {
    document: { valid: true, reason: null, detail: null, claims },
    text: facts([
      ['valid', 'yes'],
      ['person', claims.sub],
      ['what', [`${claims.terms.service} of ${claims.tenant}`, ...scopeLines(claims.terms.scope)]],
      ['grant', claims.grant_id],
      ['expires', instantFrom(toInstant(new Date(claims.exp * 1000)), new Date())],
      ['grant ends', instantFrom(toInstant(new Date(claims.grant_exp * 1000)), new Date())],
      ['digest', claims.digest],
    ]),
  };
}

/** A file that cannot be opened ends with 2; one that is no key set is content like any other, and ends with 1. */
function readKeys(path: string): ReturnType<typeof readJwks> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new CliError('cannot_open', `${path}: cannot be opened (${code})`, { exit: 2, cause: error });
  }
  try {
    return readJwks(JSON.parse(text));
  } catch (error) {
    throw new CliError('invalid_jwks', `${path}: is no JSON Web Key Set (RFC 7517)`, { cause: error });
  }
}
