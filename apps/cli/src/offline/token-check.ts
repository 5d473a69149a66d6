import { readFileSync } from 'node:fs';
import { nodeHashing, readJwks, verifyGrantToken } from '@countersign/authorization';
import { toInstant } from '@countersign/contract';
import type { Answer, Context } from '../command/context.js';
import { CliError, cannotOpenError } from '../command/errors.js';
import { formatScope } from '../requests/request-text.js';
import { readAll } from '../terminal/io.js';
import { formatFacts } from '../terminal/text.js';
import { formatInstant } from '../terminal/time.js';

export type TokenCheckOptions = { jwks: string; issuer: string; audience: string };

/** No token is longer: docs/contract.md, Token allows 7,680 bytes. */
const MAX_BYTES = 65_536;

/** Checks a token on stdin with the gateway's own steps. @throws CliError with the reason if the token is not valid */
export async function checkToken(context: Context, options: TokenCheckOptions): Promise<Answer> {
  const keys = readKeys(options.jwks);
  const token = (await readAll(context.io.stdin, MAX_BYTES)).trim();
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
  const formatSecond = (second: number) => formatInstant(toInstant(new Date(second * 1000)), new Date());
  return {
    document: { valid: true, reason: null, detail: null, claims },
    text: formatFacts([
      ['valid', 'yes'],
      ['person', claims.sub],
      ['what', [`${claims.terms.service} of ${claims.tenant}`, ...formatScope(claims.terms.scope)]],
      ['grant', claims.grant_id],
      ['expires', formatSecond(claims.exp)],
      ['grant ends', formatSecond(claims.grant_exp)],
      ['digest', claims.digest],
    ]),
  };
}

/** @throws CliError `cannot_open` (exit 2); `invalid_jwks` (exit 1) for a file of another form */
function readKeys(path: string): ReturnType<typeof readJwks> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw cannotOpenError(path, error);
  }
  try {
    return readJwks(JSON.parse(text));
  } catch (error) {
    throw new CliError('invalid_jwks', `${path}: not a JSON Web Key Set (RFC 7517)`, { cause: error });
  }
}
