import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { canonicalJson } from '../encoding/canonical-json.js';
import type { Hashing } from '../encoding/digest.js';
import {
  type InvitationStatement,
  type InvitedTerms,
  invitationMismatches,
  parseInvitation,
} from './invitation.js';
import { statementHash } from './signature.js';

const vectors: {
  statements: { title: string; statement: InvitationStatement; canonical: string; hash: string }[];
  refused: { title: string; statement: unknown; pointer: string }[];
} = JSON.parse(readFileSync('test/vectors/invitations.json', 'utf8'));
const hashing: Hashing = { sha256: (data) => createHash('sha256').update(data).digest() };

describe('the statement of an invitation', () => {
  test.each(vectors.statements)('P1: vector, byte for byte: $title', ({ statement, canonical, hash }) => {
    expect(canonicalJson(parseInvitation(statement))).toBe(canonical);
    expect(statementHash(hashing, parseInvitation(statement))).toBe(hash);
  });

  test.each(vectors.refused)('P13: vector, refused: $title', ({ statement, pointer }) => {
    expect(() => parseInvitation(statement)).toThrow(
      expect.objectContaining({ code: 'invalid_statement', pointer }),
    );
  });

  test('P13: a ticket has one spelling: with stray bits it is not a commitment', () => {
    const [first] = vectors.statements;
    const ticket = `c1:${'A'.repeat(42)}B`;
    expect(() => parseInvitation({ ...first?.statement, ticket })).toThrow(
      expect.objectContaining({ code: 'invalid_statement', pointer: '/ticket' }),
    );
  });

  test.each([undefined, null, 1, 'x', [], {}])('refuses %j', (value) => {
    expect(() => parseInvitation(value)).toThrow(expect.objectContaining({ code: 'invalid_statement' }));
  });
});

const TICKET = `c1:${'A'.repeat(43)}`;

const invitation: InvitationStatement = {
  type: 'countersign/invitation/v1',
  deployment: 'dep_0199f0a0-7b2c-7001-8000-000000000001',
  tenant: 'acme',
  invitation: 'inv_0199f0a0-7b2c-7004-8000-000000000004',
  service: 'billing',
  scope: [
    { resource: 'invoices', actions: ['list'] },
    { resource: 'invoices/*', actions: ['read'] },
  ],
  ticket: TICKET,
  maxSeconds: 3_600,
  budget: { calls: 10 },
  notBefore: '2026-11-24T15:00:00Z',
  notAfter: '2026-11-27T17:00:00Z',
  person: 'usr_0199f0a0-7b2c-7003-8000-000000000003',
  log: { epoch: 1, size: 0, root: '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' },
};

const fitting: InvitedTerms = {
  tenant: 'acme',
  service: 'billing',
  scope: [{ resource: 'invoices/17', actions: ['read'] }],
  seconds: 3_600,
  startsOn: 'approval',
  lapsesAt: '2026-11-27T16:00:00Z',
  budget: { calls: 10, bytes: 5 },
  ticket: TICKET,
};

/** An undefined member is removed. */
type Changed = { [Member in keyof InvitedTerms]?: InvitedTerms[Member] | undefined };

const blamed = (change: Changed, by: Partial<InvitationStatement> = {}) => {
  const terms = { ...fitting, ...change };
  for (const [name, value] of Object.entries(terms))
    if (value === undefined) delete (terms as Record<string, unknown>)[name];
  return invitationMismatches(terms as InvitedTerms, { ...invitation, ...by }).map(({ pointer }) => pointer);
};

describe('P1: a request fits an invitation', () => {
  test('if the invitation covers it, up to the last second', () => {
    expect(blamed({})).toEqual([]);
    expect(blamed({ scope: invitation.scope, seconds: 60 })).toEqual([]);
  });

  test.each<[string, Changed, string]>([
    ['another tenant', { tenant: 'globex' }, '/tenant'],
    ['another service', { service: 'crm' }, '/service'],
    ['an action more', { scope: [{ resource: 'invoices/17', actions: ['read', 'update'] }] }, '/scope'],
    ['a wider resource', { scope: [{ resource: 'invoices/**', actions: ['read'] }] }, '/scope'],
    ['a second too long', { seconds: 3_601, lapsesAt: '2026-11-27T15:00:00Z' }, '/seconds'],
    ['another ticket', { ticket: `c1:${'B'.repeat(42)}A` }, '/ticket'],
    ['no ticket', { ticket: undefined }, '/ticket'],
    ['a call more', { budget: { calls: 11 } }, '/budget'],
    ['bytes alone', { budget: { bytes: 1 } }, '/budget'],
    ['no budget', { budget: undefined }, '/budget'],
    [
      'a start before it',
      { startsAt: '2026-11-24T14:59:59Z', lapsesAt: '2026-11-24T15:00:00Z' },
      '/startsAt',
    ],
    ['an approval so late that it would outlast it', { lapsesAt: '2026-11-27T16:00:01Z' }, '/lapsesAt'],
    [
      'a start so late that it would outlast it',
      { startsAt: '2026-11-27T16:00:01Z', lapsesAt: '2026-11-25T00:00:00Z' },
      '/lapsesAt',
    ],
    [
      'a first use so late that it would outlast it',
      { startsOn: 'first-use', useBy: '2026-11-27T16:00:01Z', lapsesAt: '2026-11-25T00:00:00Z' },
      '/lapsesAt',
    ],
  ])('but not with %s', (_what, change, pointer) => {
    expect(blamed(change)).toEqual([pointer]);
  });

  test('with any ticket and budget if the invitation names none', () => {
    const { ticket: _ticket, budget: _budget, ...open } = invitation;
    expect(invitationMismatches(fitting, open)).toEqual([]);
    const { ticket: _own, budget: _most, ...bare } = fitting;
    expect(invitationMismatches(bare, open)).toEqual([]);
  });
});
