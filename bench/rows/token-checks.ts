import { createPublicKey, verify } from 'node:crypto';
import { nodeHashing, readJwks, verifyGrantToken } from '@countersign/authorization';
import { createVerifier } from 'fast-jwt';
import { Checker, prepare } from '../support/checker.js';
import { GrantMaker, ISSUER, serviceWith } from '../support/grants.js';
import { compare } from '../support/rate.js';
import { type Family, type Row, rounded, times } from '../support/table.js';

const NEW_TOKENS = 2_000;

/** The check in this process: of a token seen before, and of one that is new. */
export const tokenChecks: Family = {
  name: 'token-checks',
  run: async () => [await seenBefore(), await fresh()],
};

async function seenBefore(): Promise<Row> {
  const maker = new GrantMaker(serviceWith(10));
  const grant = maker.grant();
  const token = maker.token(grant);
  const checker = new Checker(maker, [grant]);
  const prepared = prepare(token);
  const key = createPublicKey({ key: maker.publicJwk, format: 'jwk' });
  const rival = createVerifier({
    key: key.export({ type: 'spki', format: 'pem' }) as string,
    algorithms: ['ES256'],
    cache: true,
    allowedIss: ISSUER,
    allowedAud: maker.service.audience,
  });
  const { ours, rivals, ratio } = await compare(
    () => checker.check(prepared),
    () => rival(token),
  );
  return {
    what: 'check of a token seen before, with grant, route, scope and budget',
    figure: `${rounded(ours)}/s`,
    rival: 'fast-jwt, cached verify alone',
    rivalFigure: `${rounded(rivals)}/s`,
    ratio: times(ratio),
    target: '≥ 3 ×',
  };
}

async function fresh(): Promise<Row> {
  const maker = new GrantMaker(serviceWith(10));
  const tokens = Array.from({ length: NEW_TOKENS }, () => maker.token(maker.grant()));
  const keys = readJwks({ keys: [maker.publicJwk] });
  const rules = {
    issuer: ISSUER,
    audience: maker.service.audience,
    key: (kid: string) => keys.get(kid),
    now: () => Date.now(),
    hashing: nodeHashing,
  };
  const key = createPublicKey({ key: maker.publicJwk, format: 'jwk' });
  const signed = tokens.map((token) => {
    const cut = token.lastIndexOf('.');
    return {
      input: Buffer.from(token.slice(0, cut)),
      signature: Buffer.from(token.slice(cut + 1), 'base64url'),
    };
  });
  const { ours, rivals, ratio } = await compare(
    (index) => {
      if (!verifyGrantToken(tokens[index % NEW_TOKENS] ?? '', rules).ok) throw new Error('refused');
    },
    (index) => {
      const { input, signature } = signed[index % NEW_TOKENS] ?? { input: '', signature: Buffer.alloc(0) };
      const good = verify('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }, signature);
      if (!good) throw new Error('refused');
    },
  );
  return {
    what: 'check of a new token without countersignatures',
    figure: `${rounded(ours)}/s`,
    rival: 'bare crypto.verify ES256',
    rivalFigure: `${rounded(rivals)}/s`,
    ratio: times(ratio),
    target: '≥ 0.5 ×',
  };
}
