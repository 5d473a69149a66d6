/** @soak */

import { nodeEd25519, nodeHashing } from '@countersign/authorization';
import { canonicalJson } from '@countersign/contract';
import fc from 'fast-check';
import { logKey } from '../../../test/factories/log-keys.js';
import { runs } from '../../../test/support/samples.js';
import { formatCheckpoint, logOrigin } from './checkpoint.js';
import { formatNote, parseVerifierKey, signNote, verifierKey } from './note.js';
import { formatStatement, openStatement, STATEMENT_TYPE, type StatementBody } from './statement.js';

const DEPLOYMENT = 'dep_0199f0a0-7b2c-7001-8000-000000000001';
const ORIGIN = logOrigin(DEPLOYMENT, 'acme', 1);
const KEY = logKey(ORIGIN, 7);
const keys = [parseVerifierKey(nodeHashing, verifierKey(nodeHashing, ORIGIN, KEY.publicKey))];
const root = Buffer.alloc(32, 5);

const signed = (text: string, key = KEY) =>
  formatNote({ text, signatures: [signNote(nodeHashing, text, key)] });
const checkpoint = (size = 9, origin = ORIGIN, key = KEY) =>
  signed(formatCheckpoint({ origin, size, root }), key);

const body = (change: Partial<StatementBody> = {}): StatementBody => ({
  ...{ v: 1, deployment: DEPLOYMENT, tenant: 'acme' },
  ...{ from: '2026-11-24T00:00:00.000Z', to: '2026-11-25T00:00:00.000Z', madeAt: '2026-11-25T00:01:00.000Z' },
  ...{ checkpoint: checkpoint(), size: 9, root: root.toString('base64') },
  ...{ leaves: 8, count: 1, accesses: [[4, 'rec_1']], refused: 2 },
  gateways: [
    {
      ...{ gateway: 'gtw_1', enrolledAt: '2026-11-01T00:00:00.000Z', revokedAt: null },
      head: { index: 6, record: 'rec_2', at: '2026-11-25T00:00:30.000Z' },
    },
  ],
  ...{ exceptions: [], sealed: ['2026-11-24'] },
  ...change,
});

const codeOf = (text: string) =>
  openStatement(nodeEd25519, text, keys).then(
    () => 'opened',
    (error: { code?: string }) => error.code ?? String(error),
  );

describe('a statement of accesses', () => {
  test('is a signed note of two lines, which opens with the log’s key alone', async () => {
    const text = formatStatement(body());
    expect(text).toBe(`${STATEMENT_TYPE}\n${canonicalJson(body())}\n`);
    const opened = await openStatement(nodeEd25519, signed(text), keys);
    expect(opened).toMatchObject({ body: body(), checkpoint: { size: 9, origin: ORIGIN } });
    const other = logKey(logOrigin(DEPLOYMENT, 'globex', 1), 8);
    expect(await codeOf(signed(text, other))).toBe('unsigned');
    const forged = signed(text).replace('"refused":2', '"refused":3');
    expect(await codeOf(forged)).toBe('bad_signature');
  });

  test('is never taken for a checkpoint, nor a checkpoint for it', async () => {
    expect(await codeOf(checkpoint())).toBe('invalid_statement');
    expect(ORIGIN.startsWith(STATEMENT_TYPE)).toBe(false);
  });

  test('is not complete without a head of each gateway past the end of the span', async () => {
    const of = (gateway: object, change: Partial<StatementBody> = {}) => {
      const gateways = body().gateways.map((each) => ({ ...each, ...gateway }));
      return codeOf(signed(formatStatement(body({ gateways, ...change }))));
    };
    const early = { head: { index: 6, record: 'rec_2', at: '2026-11-24T23:59:59.999Z' } };
    expect(await of({ head: null })).toBe('invalid_statement');
    expect(await of(early)).toBe('invalid_statement');
    expect(await of({ ...early, revokedAt: '2026-11-24T12:00:00.000Z' })).toBe('opened');
    const exceptions = [{ gateway: 'gtw_1', from: '2026-11-24T00:00:00.000Z', reason: 'no_head' as const }];
    expect(await of({ head: null }, { exceptions })).toBe('opened');
  });

  test('names its own checkpoint, which the same log has signed', async () => {
    const of = (change: Partial<StatementBody>) => codeOf(signed(formatStatement(body(change))));
    expect(await of({ size: 10 })).toBe('invalid_statement');
    expect(await of({ root: Buffer.alloc(32, 6).toString('base64') })).toBe('invalid_statement');
    expect(await of({ tenant: 'globex' })).toBe('invalid_statement');
    expect(await of({ checkpoint: 'nothing' })).toBe('invalid_note');
    const globex = logKey(logOrigin(DEPLOYMENT, 'globex', 1), 7);
    expect(await of({ checkpoint: checkpoint(9, globex.name, globex) })).toBe('wrong_origin');
  });

  test('has one spelling, and no other members', async () => {
    const text = formatStatement(body());
    expect(await codeOf(signed(text.replace('"count":1', '"count": 1')))).toBe('invalid_statement');
    expect(await codeOf(signed(`${text}more\n`))).toBe('invalid_statement');
    const members = Object.keys(body());
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...members), fc.jsonValue(), async (member, value) => {
        const changed = { ...body(), [member]: value };
        fc.pre(canonicalJson(changed as never) !== canonicalJson(body()));
        const code = await codeOf(signed(`${STATEMENT_TYPE}\n${canonicalJson(changed as never)}\n`));
        // Texts, counts and lists of texts may say something else: then it is another statement, if it is one at all.
        const isFree = [
          'madeAt',
          'from',
          'to',
          'count',
          'refused',
          'accesses',
          'gateways',
          'exceptions',
          'sealed',
        ];
        if (!isFree.includes(member)) expect(code).not.toBe('opened');
      }),
      { numRuns: runs(200) },
    );
    for (const member of members) {
      const { [member as keyof StatementBody]: _gone, ...rest } = body();
      expect(await codeOf(signed(`${STATEMENT_TYPE}\n${canonicalJson(rest as never)}\n`))).toBe(
        'invalid_statement',
      );
    }
    expect(await codeOf(signed(formatStatement({ ...body(), more: 1 } as StatementBody)))).toBe(
      'invalid_statement',
    );
  });
});
