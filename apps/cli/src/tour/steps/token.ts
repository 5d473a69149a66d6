import { expectAnswer, expectThat, readBody } from '../http.js';
import { ERIN } from '../people.js';
import { tokenClaimsShape, tokenHeaderShape, tokenShape } from '../shapes.js';
import type { TourStep } from '../step.js';
import { clock, shortDigest } from '../words.js';

const part = (token: string, index: number): unknown =>
  JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString('utf8'));

const at = (seconds: number) => clock(new Date(seconds * 1000).toISOString());

export const token: TourStep = {
  title: 'Approval mints a token',
  who: ERIN,
  async run(context) {
    const answer = await context.as(ERIN, 'POST', `/api/v1/grants/${context.grant.id}/tokens`);
    expectAnswer(answer, 'minting a token', 200);
    const minted = readBody(tokenShape, answer, 'minting a token');
    context.token = minted.access_token;
    const header = tokenHeaderShape.parse(part(minted.access_token, 0));
    const claims = tokenClaimsShape.parse(part(minted.access_token, 1));
    expectThat(header.alg === 'ES256' && header.typ === 'at+jwt', `the token is ${header.alg} ${header.typ}`);
    expectThat(claims.grant_id === context.grant.id, 'the token names another grant');
    expectThat(claims.tenant === context.grant.tenant, 'the token names another tenant');
    expectThat(claims.digest === context.request.digest, 'the token names another digest than was approved');
    expectThat(claims.sub === context.request.requester, 'the token is for somebody else');
    expectThat(
      claims.nbf >= claims.grant_nbf && claims.exp <= claims.grant_exp && claims.exp > claims.iat,
      "the token's life lies outside its grant's window",
    );
    return [
      `an ${header.alg} token (${header.typ}) for ${claims.aud} of ${claims.tenant}; the token itself is a secret and not shown`,
      `lives ${claims.exp - claims.iat} s, until ${at(claims.exp)}, inside the grant's ${at(claims.grant_nbf)} to ${at(claims.grant_exp)}`,
      `carries the approved terms: digest ${shortDigest(claims.digest)}`,
    ];
  },
};
