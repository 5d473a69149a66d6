import {
  type ApprovalStatement,
  canonicalJson,
  commit,
  type InvitationStatement,
  type LiftStatement,
  type Opening,
  type PracticeStatement,
  type Statement,
  type StopStatement,
  sha256Digest,
  statementHash,
  type Terms,
  termsDigest,
  type WideningStatement,
} from '@countersign/contract';
import { hashing, sampleTerms } from '../../../../../test/factories/grant-token.js';
import { LOG_POINT, sampleTrust } from '../../../../../test/factories/trust.js';
import { Authenticator } from '../../../../../test/support/authenticator.js';
import { signingTexts } from '../signing.text.js';
import { describeStatement } from './statement.js';

const salt = Buffer.alloc(32, 7);
const opening = (value: string): Opening => ({ value, salt: salt.toString('base64url') });
const person = 'usr_0199f0a0-7b2c-7003-8000-000000000004';
const trust = `sha256:${'cd'.repeat(32)}`;
const terms: Terms = {
  ...sampleTerms,
  justification: commit(hashing, 'justification', salt, 'A wrong total'),
  ticket: commit(hashing, 'ticket', salt, '4711'),
};
const { deployment, tenant, service } = terms;
const openings = { justification: opening('A wrong total'), ticket: opening('4711') };
const approval: ApprovalStatement = {
  type: 'countersign/approval/v1',
  deployment,
  tenant,
  digest: termsDigest(hashing, terms),
  decision: 'approve',
  person,
  notBefore: '2026-11-24T15:00:00Z',
  notAfter: '2026-11-25T04:00:00Z',
  trust,
  log: LOG_POINT,
};
const asked = { do: 'sign' as const, statement: approval, terms, openings };
const reader = { words: signingTexts.en, language: 'en' as const, names: { [person]: 'Ada Moreau' } };
const read = (task: object, config = {}) =>
  describeStatement(task as Parameters<typeof describeStatement>[0], config, reader);
const textOf = (reading: Awaited<ReturnType<typeof read>>) =>
  reading.parts.flatMap(({ lines }) => lines.map(({ label, texts }) => `${label}: ${texts.join('|')}`));

const invitation: InvitationStatement = {
  type: 'countersign/invitation/v1',
  deployment,
  tenant,
  invitation: 'inv_0199f0a0-7b2c-7003-8000-000000000009',
  service,
  scope: [{ resource: 'invoices', actions: ['list'] }],
  ticket: terms.ticket as string,
  maxSeconds: 1_800,
  notBefore: '2026-11-24T15:00:00Z',
  notAfter: '2026-11-25T04:00:00Z',
  person,
  trust,
  log: LOG_POINT,
};
const stopping = {
  deployment,
  tenant,
  person,
  nonce: salt.toString('base64url'),
  notBefore: '2026-11-24T15:00:00Z',
  notAfter: '2026-11-24T15:05:00Z',
  trust,
  log: LOG_POINT,
};
const stop: StopStatement = { type: 'countersign/stop/v1', ...stopping };
const lift: LiftStatement = { type: 'countersign/lift/v1', stop: trust, ...stopping };
const controls = {
  before: { approvals: 1, maxDuration: 3_600, forbid: [] },
  after: { approvals: 1, maxDuration: 7_200, zone: 'Europe/Paris', forbid: [] },
};
const hashOf = (of: object) => sha256Digest(hashing, canonicalJson(of));
const widening: WideningStatement = {
  ...{ type: 'countersign/widening/v1', deployment, tenant, person, trust, log: LOG_POINT },
  widening: 'wdn_0199f0a0-7b2c-7009-8000-000000000009',
  ...{ before: hashOf(controls.before), after: hashOf(controls.after), notBefore: '2026-11-25T15:00:00Z' },
};
const ask = { action: 'read', resource: 'invoices', seconds: 900 } as const;
const practice: PracticeStatement = {
  ...{ type: 'countersign/practice/v1', deployment, tenant, person, decision: 'deny' },
  ...{
    practice: 'prc_0199f0a0-7b2c-7009-8000-000000000001',
    expected: ask,
    asked: { ...ask, action: 'delete' },
  },
  ...{ notBefore: '2026-11-24T15:00:00Z', notAfter: '2026-12-01T15:00:00Z' },
};
const document = sampleTrust(
  { [person]: [new Authenticator()] },
  { countersign: { exceptActions: ['list'] }, origins: ['https://sign.acme.example'] },
);

describe('P12: the signing page describes in words', () => {
  test('an approval: its terms, the texts behind the commitments, and the statement', async () => {
    const reading = await read(asked);
    expect(reading.title).toMatch(/^You let the vendor list and read invoices, for 1 hour$/);
    const lines = textOf(reading);
    expect(lines).toContain('Why: A wrong total');
    expect(lines).toContain('Case: 4711');
    expect(lines).toContain(`You sign as: Ada Moreau, as the vendor’s server calls ${person}`);
    expect(lines).toContain(`Digest: ${approval.digest}`);
  });

  test('an approval of terms with facts: each fact with who says it, and no other form of them', async () => {
    const signed = (requesterFacts: unknown) => {
      const stating = { ...terms, requesterFacts } as Terms;
      return read({
        ...asked,
        terms: stating,
        statement: { ...approval, digest: termsDigest(hashing, stating) },
      });
    };
    const country = { value: 'DE', verified: true };
    expect(textOf(await signed({ country, entity: { value: 'Northwind GmbH', verified: false } }))).toContain(
      'Place and employer: works in Germany (DE) – verified by the vendor’s identity provider|works for Northwind GmbH – stated by the vendor, not verified',
    );
    await expect(signed({ country, salary: { value: '1', verified: true } })).rejects.toThrow();
  });

  test('an approval of one change: the call, its body, and the headers that say how the body is read', async () => {
    const bodySha256 = `sha256:${'ef'.repeat(32)}`;
    const call = { method: 'PATCH', path: '/tenants/acme/invoices/7', bodySha256 };
    const change = { ...call, contentType: 'application/json', contentEncoding: 'gzip' };
    const one: Terms = { ...terms, budget: { calls: 1 }, change };
    const statement = { ...approval, digest: termsDigest(hashing, one) };
    const lines = textOf(await read({ ...asked, terms: one, statement }));
    expect(lines.find((line) => line.includes('PATCH'))).toMatch(
      /: PATCH \/tenants\/acme\/invoices\/7\|sha256:(?:ef){32}\|Content-Type: application\/json\|Content-Encoding: gzip$/,
    );
  });

  test('an approval of one change whose texts are shown: both, verified against the terms and the hash', async () => {
    const texts = { changeBody: opening('{"total":1}'), changeBefore: opening('{"total":2}') };
    const committed = (name: keyof typeof texts) => commit(hashing, name, salt, texts[name].value);
    const change = {
      ...{ method: 'PATCH', path: '/x', bodySha256: sha256Digest(hashing, '{"total":1}') },
      body: committed('changeBody'),
      before: { body: committed('changeBefore'), at: '2026-11-24T14:03:00Z' },
    };
    const task = (of: object) => {
      const one = { ...terms, budget: { calls: 1 }, change: { ...change, ...of } } as Terms;
      const statement = { ...approval, digest: termsDigest(hashing, one) };
      return read({ ...asked, terms: one, statement, openings: { ...openings, ...texts } });
    };
    const [line = ''] = textOf(await task({})).filter((each) => each.includes('PATCH'));
    expect(line).toContain('The new body: {"total":1}');
    expect(line).toMatch(/Before, as the requester’s own read returned it at .*: \{"total":2\}/);
    await expect(task({ bodySha256: `sha256:${'ef'.repeat(32)}` })).rejects.toMatchObject({
      reason: 'differs',
    });
    await expect(task({ before: { ...change.before, body: change.body } })).rejects.toMatchObject({
      reason: 'differs',
    });
  });

  test('a denial, an invitation, a stop, a lift and a trust document', async () => {
    const { notBefore: _from, notAfter: _until, ...rest } = approval;
    const denial = { ...rest, decision: 'deny' };
    expect((await read({ ...asked, statement: denial })).title).toMatch(/^You deny: list and read invoices$/);
    const invited = await read({ do: 'sign', statement: invitation, openings: { ticket: opening('4711') } });
    expect(textOf(invited)).toContain('Each time at most: 30 minutes (1800 s)');
    const recurs = { zone: 'Europe/Berlin', days: ['tue', 'thu'], from: '22:00', to: '02:00' };
    const weekly = { ...invitation, recurs, requesters: [person] };
    const task = { do: 'sign', statement: weekly, openings: { ticket: opening('4711') } };
    expect(textOf(await read(task))).toEqual(
      expect.arrayContaining([
        'Only at these times: every Tuesday and Thursday from 22:00 to 02:00 on the next day (Europe/Berlin)',
        `Only for: Ada Moreau, as the vendor’s server calls ${person}`,
      ]),
    );
    const german = { words: signingTexts.de, language: 'de' as const, names: {} };
    expect(textOf(await describeStatement(task as never, {}, german))).toContain(
      'Nur zu diesen Zeiten: jeden Dienstag und Donnerstag von 22:00 bis 02:00 Uhr am nächsten Tag (Europe/Berlin)',
    );
    const more = { ...weekly, recurs: { ...recurs, month: 1 } };
    await expect(read({ ...task, statement: more })).rejects.toMatchObject({ reason: 'differs' });
    expect((await read({ statement: stop })).title).toBe('You stop everything of acme');
    expect((await read({ statement: { ...stop, digest: trust } })).title).toBe('You stop one access');
    expect((await read({ statement: lift })).title).toBe('You lift a stop of acme');
    const practised = await read({ statement: practice });
    expect(practised.title).toBe('PRACTICE, nothing opens: you answer “denied”');
    expect(textOf(practised)).toContain('To approve only if it asks for: read invoices, for 15 minutes');
    expect(textOf(practised)).toContain('It asks for: delete invoices, for 15 minutes');
    for (const other of [
      { action: 'export' },
      { resource: 'invoices/1' },
      { seconds: 901 },
      { why: 'Trust me' },
    ]) {
      const statement = { ...practice, asked: { ...ask, ...other } } as PracticeStatement;
      await expect(read({ statement })).rejects.toMatchObject({ reason: 'differs' });
    }
    const described = await read({ statement: document });
    expect(described.fingerprint).toBe(statementHash(hashing, document).slice(7));
    expect(textOf(described)).toContain('Without a passkey: list');
  });

  test.each([
    ['a line break', 'Ada Moreau\n– passkey 0123 4567 89ab cdef, id AAAA'],
    ['a Unicode line separator', 'Ada\u2028Moreau'],
    ['a change of direction', 'Ada \u202eMoreau'],
    ['invisible characters', 'Ada\u200bMoreau'],
    ['a wide gap', `Ada${' '.repeat(40)}Bob`],
    ['the length of a sentence', 'Ada Moreau, with two passkeys, '.repeat(4)],
    ['no characters', ''],
  ])('no name with %s, because it could look like more than a name', async (_what, name) => {
    const shown = { ...reader, names: { [person]: name } };
    for (const statement of [approval, document]) {
      const lines = textOf(await describeStatement({ ...asked, statement }, {}, shown)).join('\n');
      expect(lines).toContain(`: ${person}`);
      expect(lines).not.toContain('as the vendor’s server calls');
    }
  });

  const every: [string, Statement, object][] = [
    ['approval', approval, { terms, openings }],
    ['invitation', invitation, { openings: { ticket: opening('4711') } }],
    ['stop', stop, {}],
    ['lift', lift, {}],
    ['trust document', document, {}],
  ];
  test.each(every)('every member of an %s, and signs nothing else', async (_kind, statement, more) => {
    await expect(read({ ...more, statement: { ...statement, also: true } })).rejects.toMatchObject({
      reason: 'differs',
    });
    for (const member of Object.keys(statement)) {
      const changed: Record<string, unknown> = { ...statement, [member]: { odd: 1 } };
      await expect(read({ ...more, statement: changed })).rejects.toMatchObject({ reason: 'differs' });
    }
    await expect(read({ ...more, statement }, { tenant: 'globex' })).rejects.toMatchObject({
      reason: 'differs',
    });
    await expect(read({ ...more, statement }, { tenant, deployment })).resolves.toBeDefined();
  });

  test('only a trust document for a printed key', async () => {
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) };
    await expect(read({ do: 'recover', jwk, statement: document })).resolves.toBeDefined();
    await expect(read({ do: 'recover', jwk, statement: stop })).rejects.toMatchObject({ reason: 'differs' });
  });

  test('a widening of privacy controls: what changes, with the hashes computed here', async () => {
    const reading = await read({ statement: widening, controls });
    expect(reading.title).toBe(`You confirm that the privacy controls of ${tenant} will be widened`);
    const lines = textOf(reading);
    expect(lines).toContain('maxDuration: was: 3600|will be: 7200');
    expect(lines).toContain('zone: was: –|will be: "Europe/Paris"');
    expect(lines.some((line) => line.startsWith('approvals'))).toBe(false);
  });

  test.each<[string, object]>([
    ['other controls', { controls: { ...controls, after: { ...controls.after, approvals: 9 } } }],
    ['other controls before', { controls: { ...controls, before: {} } }],
    ['no controls', { controls: undefined }],
    ['another member', { statement: { ...widening, also: 1 } }],
  ])('nothing, and signs nothing, if a widening has %s', async (_what, change) => {
    await expect(read({ statement: widening, controls, ...change } as never)).rejects.toMatchObject({
      reason: 'differs',
    });
  });

  test.each<[string, object]>([
    ['other terms', { terms: { ...terms, seconds: 60 } }],
    ['terms with a member that it does not know', { terms: { ...terms, also: 1 } }],
    ['no terms', { terms: undefined }],
    ['another reason', { openings: { ...openings, justification: opening('Nothing much') } }],
    ['no reason', { openings: { ticket: openings.ticket } }],
    ['another text beside', { openings: { ...openings, more: opening('x') } }],
    ['a statement of an unknown type', { statement: { ...approval, type: 'countersign/other/v1' } }],
    ['a statement of a kind that objects inherit', { statement: { ...approval, type: 'constructor' } }],
    ['a longer window', { statement: { ...approval, notAfter: '2026-11-25T05:00:00Z' } }],
  ])('nothing, and signs nothing, if the request has %s', async (_what, change) => {
    await expect(read({ ...asked, ...change })).rejects.toMatchObject({ reason: 'differs' });
  });
});
