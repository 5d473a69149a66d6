import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { canonicalJson } from '../encoding/canonical-json.js';
import type { Hashing } from '../encoding/digest.js';
import {
  type InvitationStatement,
  type InvitedTerms,
  invitationMismatches,
  invitedSpan,
  nextInvited,
  parseInvitation,
} from './invitation.js';
import type { Recurrence } from './recurrence.js';
import { statementHash } from './signed-bytes.js';

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
  requester: 'usr_0199f0a0-7b2c-7002-8000-000000000002',
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

/** Every Tuesday from 22:00 to 24:00 in Berlin: 2026-12-01 from 21:00Z to 23:00Z. */
const weekly: InvitationStatement = {
  ...invitation,
  recurs: { zone: 'Europe/Berlin', days: ['tue'], from: '22:00', to: '24:00' },
  notBefore: '2026-12-01T00:00:00Z',
  notAfter: '2026-12-08T22:00:00Z',
};

describe('P1: a request fits an invitation that recurs', () => {
  const at = (startsAt: string, seconds = 3_600): Changed => ({ startsAt, seconds, lapsesAt: startsAt });

  test.each<[string, Changed]>([
    ['from its first second', at('2026-12-01T21:00:00Z')],
    ['until its last', at('2026-12-01T22:00:00Z')],
    ['if the last approval leaves time before its end', { lapsesAt: '2026-12-01T22:00:00Z' }],
    ['until the invitation itself ends', at('2026-12-08T21:00:00Z')],
    [
      'if the first use is inside',
      { startsOn: 'first-use', useBy: '2026-12-01T22:00:00Z', lapsesAt: '2026-12-01T21:30:00Z' },
    ],
  ])('%s', (_what, change) => {
    expect(blamed(change, weekly)).toEqual([]);
  });

  test.each<[string, Changed, string[]]>([
    ['a second before it opens', at('2026-12-01T20:59:59Z'), ['/startsAt']],
    ['when it is over', at('2026-12-01T23:00:00Z'), ['/startsAt']],
    ['a second too late to end in it', at('2026-12-01T22:00:01Z'), ['/lapsesAt']],
    ['an approval so late that it would not end in it', { lapsesAt: '2026-12-01T22:00:01Z' }, ['/lapsesAt']],
    ['on another day', at('2026-12-02T21:00:00Z'), ['/startsAt']],
    ['past the end of the invitation, inside its last time', at('2026-12-08T21:00:01Z'), ['/lapsesAt']],
    ['before the invitation begins', at('2026-11-24T21:00:00Z'), ['/startsAt']],
  ])('but not %s', (_what, change, pointers) => {
    expect(blamed(change, weekly)).toEqual(pointers);
  });

  test('P13: and none if this machine does not know its zone', () => {
    const zone = { ...weekly, recurs: { ...weekly.recurs, zone: 'Europe/Atlantis' } as Recurrence };
    expect(blamed(at('2026-12-01T21:00:00Z'), zone)).toEqual(['/startsAt']);
    expect(invitedSpan({ ...fitting, startsAt: '2026-12-01T21:00:00Z' }, zone)).toBeNull();
  });

  test('and its grant lies between the beginning and the end of that time', () => {
    const span = invitedSpan({ ...fitting, lapsesAt: '2026-12-01T21:30:00Z' }, weekly);
    expect(span).toEqual({
      from: Date.parse('2026-12-01T21:00:00Z'),
      until: Date.parse('2026-12-01T23:00:00Z'),
    });
    const last = invitedSpan({ ...fitting, startsAt: '2026-12-08T21:00:00Z' }, weekly);
    expect(last?.until).toBe(Date.parse(weekly.notAfter));
    expect(nextInvited(weekly, Date.parse('2026-12-08T22:00:00Z'))).toBeNull();
  });
});

test('P1: hidden fields are shown only if the signed invitation says so', () => {
  expect(blamed({ unmasked: true })).toEqual(['/unmasked']);
  expect(blamed({ unmasked: true }, { unmasked: true })).toEqual([]);
  expect(blamed({}, { unmasked: true })).toEqual([]);
});

test('P1: an invitation for certain engineers is for no other', () => {
  expect(blamed({}, { requesters: [fitting.requester] })).toEqual([]);
  expect(blamed({}, { requesters: [invitation.person] })).toEqual(['/requester']);
});

describe('P13: the statement of an invitation that recurs refuses', () => {
  const { recurs } = weekly as Required<InvitationStatement>;
  test.each<[string, object, string]>([
    ['days out of order', { recurs: { ...recurs, days: ['thu', 'tue'] } }, '/recurs/days'],
    ['a day twice', { recurs: { ...recurs, days: ['tue', 'tue'] } }, '/recurs/days'],
    ['no day', { recurs: { ...recurs, days: [] } }, '/recurs/days'],
    ['no time', { recurs: { ...recurs, to: '22:00' } }, '/recurs/to'],
    ['the end of the day as 00:00', { recurs: { ...recurs, to: '00:00' } }, '/recurs/to'],
    ['a beginning at 24:00', { recurs: { ...recurs, from: '24:00' } }, '/recurs/from'],
    ['an offset as zone', { recurs: { ...recurs, zone: '+01:00' } }, '/recurs/zone'],
    ['no zone', { recurs: { days: ['tue'], from: '22:00', to: '24:00' } }, '/recurs/zone'],
    ['an unknown member', { recurs: { ...recurs, month: 1 } }, '/recurs'],
    ['null', { recurs: null }, '/recurs'],
    ['accesses longer than its times', { maxSeconds: 7_201 }, '/maxSeconds'],
    ['no engineer', { requesters: [] }, '/requesters'],
    ['an engineer twice', { requesters: [invitation.person, invitation.person] }, '/requesters'],
  ])('%s', (_what, change, pointer) => {
    expect(() => parseInvitation({ ...weekly, ...change })).toThrow(
      expect.objectContaining({ code: 'invalid_statement', pointer }),
    );
  });

  test('and takes what is right', () => {
    expect(parseInvitation({ ...weekly, maxSeconds: 7_200 })).toMatchObject({ recurs });
  });
});
