import { createHash } from 'node:crypto';
import type { Hashing } from '@countersign/contract';
import { CONTROL_MAPPING, controlsCsv, controlsHtml } from './control-mapping.js';
import { DerivedFiles } from './derived-files.js';
import { FILES } from './manifest.js';
import type { PackContext } from './pack-context.js';
import { type PackLeaf, packLeaf } from './pack-leaf.js';
import { SAMPLE_SIZE } from './sample.js';
import { differences } from './tables/policy-versions.js';

const hashing: Hashing = { sha256: (bytes) => createHash('sha256').update(bytes).digest() };
const FROM = '2026-07-01T00:00:00.000Z';
const TO = '2026-10-01T00:00:00.000Z';

const context = (change: Partial<PackContext> = {}): PackContext => ({
  ...{ deployment: 'dep_1', tenant: 'acme', period: { name: '2026-Q3', from: FROM, to: TO } },
  ...{ madeAt: TO, seed: 'seed', range: { from: 0, to: 9 }, size: 9, root: 'root' },
  ...{ earlier: [], deploymentLeaves: [] },
  statement: { count: 0, refused: 0, exceptions: [], sealed: [] },
  ...change,
});

let next = 0;
function leafOf(
  type: string,
  data: Record<string, unknown> = {},
  {
    at = '2026-08-01T00:00:00Z',
    actor = 'job',
    values = {},
  }: { at?: string; actor?: string; values?: PackLeaf['values'] } = {},
): PackLeaf {
  const seq = next++;
  const leaf = { v: 1, type, at, tenant: 'acme', seq, actor, data, commitments: {} };
  return packLeaf(seq, JSON.stringify(leaf), values);
}

/** The files that these leaves lead to. */
function filesOf(leaves: readonly PackLeaf[], change: Partial<PackContext> = {}): Record<string, string> {
  const derived = new DerivedFiles(hashing, context(change));
  const texts = [derived.begin(), ...leaves.map((leaf) => derived.take(leaf)), derived.end()];
  return Object.fromEntries(
    derived.names.map((name, at) => [name, texts.map((each) => each[at] ?? '').join('')]),
  );
}
const rows = (files: Record<string, string>, name: string) =>
  JSON.parse(files[`${name}.json`] ?? '') as Record<string, unknown>[];

describe('the mapping to controls', () => {
  test('names no file that a pack does not have', () => {
    const there = new Set<string>([...new DerivedFiles(hashing, context()).names, ...Object.values(FILES)]);
    expect(CONTROL_MAPPING.flatMap(({ files }) => files).filter((file) => !there.has(file))).toEqual([]);
  });

  test('has a reading exactly where it has a file: what is not supported is empty', () => {
    const halves = CONTROL_MAPPING.filter(({ files, reading }) => files.length > 0 !== (reading !== ''));
    expect(halves).toEqual([]);
    expect(CONTROL_MAPPING.filter(({ files }) => files.length === 0).length).toBeGreaterThan(5);
  });

  test('names source, clause and title of each, once, of every framework', () => {
    const names = CONTROL_MAPPING.map(({ framework, clause }) => `${framework} ${clause}`);
    expect(new Set(names).size).toBe(names.length);
    expect(CONTROL_MAPPING.filter(({ source, title }) => source === '' || title === '')).toEqual([]);
    expect([...new Set(CONTROL_MAPPING.map(({ framework }) => framework))]).toEqual([
      ...['CSA CCM v4', 'SOC 2', 'ISO/IEC 27001:2022', 'NIST SP 800-53 Rev. 5', 'PCI DSS v4.0.1'],
      ...['DORA RTS', 'EU Data Act', 'GDPR', 'NIS2'],
    ]);
    for (const clause of [
      'IAM-10',
      'IAM-11',
      'A.5.15',
      'A.5.16',
      'A.5.17',
      'A.5.18',
      'A.8.2',
      'MA-4',
      '8.2.7',
    ])
      expect([clause, names.some((name) => name.endsWith(` ${clause}`))]).toEqual([clause, true]);
  });

  test('is the same as CSV and for people, and a name in it is text', () => {
    expect(controlsCsv().split('\r\n')).toHaveLength(CONTROL_MAPPING.length + 2);
    const html = controlsHtml({ tenant: 'acme', period: { name: '<script>' } });
    expect(html.match(/<tr title/g)).toHaveLength(CONTROL_MAPPING.length);
    expect(html).not.toContain('<script>');
  });
});

describe('the sample', () => {
  const requests = Array.from({ length: 60 }, (_, at) => leafOf('request.created', { request: `req_${at}` }));
  const sampled = (seed: string, leaves = requests) =>
    (JSON.parse(filesOf(leaves, { seed })['sample/requests.json'] ?? '') as { id: string }[]).map(
      ({ id }) => id,
    );

  test('is drawn by hash: the lowest ranks, whatever the order of the population', () => {
    const rank = (id: string) =>
      createHash('sha256').update(`countersign/evidence-sample/v1\nseed\nrequest\n${id}`).digest('hex');
    const expected = requests
      .map(({ leaf }) => String(leaf.data['request']))
      .sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
      .slice(0, SAMPLE_SIZE);
    expect(sampled('seed')).toEqual(expected);
    expect(sampled('seed', requests.toReversed())).toEqual(expected);
    expect(sampled('another')).not.toEqual(expected);
  });

  test('is all of a small population, with every leaf about each item', () => {
    const leaves = [
      leafOf('request.created', { request: 'req_1' }),
      leafOf('request.reviewed', { request: 'req_1', decision: 'approve' }),
      leafOf('access.allowed', { request: 'req_1', record: 'rec_1', grant: 'grt_1' }),
      leafOf('access.outcome', { record: 'rec_1', outcome: 'completed' }),
      leafOf('request.created', { request: 'req_2' }, { at: '2026-10-01T00:00:00Z' }),
    ];
    const files = filesOf(leaves);
    const [request, ...more] = JSON.parse(files['sample/requests.json'] ?? '');
    expect(more).toEqual([]);
    expect(request.leaves.map(({ index }: { index: number }) => index)).toEqual(
      leaves.slice(0, 3).map(({ index }) => index),
    );
    expect(JSON.parse(files['sample/calls.json'] ?? '')[0].leaves).toHaveLength(2);
  });
});

describe('the tables', () => {
  test('a period begins with its first instant and ends before its last', () => {
    const at = (instant: string) => leafOf('request.denied', { request: instant }, { at: instant });
    const leaves = [
      '2026-06-30T23:59:59.999Z',
      '2026-07-01T00:00:00Z',
      '2026-09-30T23:59:59.999Z',
      '2026-10-01T00:00:00Z',
    ];
    expect(rows(filesOf(leaves.map(at)), 'population/requests').map(({ request }) => request)).toEqual(
      leaves.slice(1, 3),
    );
  });

  test('requests and calls have place and employer of the requester, and what of it was verified', () => {
    const requesterFacts = {
      country: { value: 'DE', verified: true },
      entity: { value: '=Northwind, Inc.', verified: false },
    };
    const files = filesOf([
      leafOf('request.created', { request: 'req_1', terms: { requesterFacts } }),
      leafOf('request.created', { request: 'req_2', terms: {} }),
      leafOf('request.created', { request: 'req_3', terms: { requesterFacts: { country: 'DE' } } }),
      leafOf('access.refused', { record: 'rec_1', requesterFacts }),
      leafOf('access.refused', { record: 'rec_2' }),
    ]);
    const stated = {
      ...{ country: 'DE', entity: '=Northwind, Inc.', employment: null, verifiedFacts: ['country'] },
    };
    const none = { country: null, entity: null, employment: null, verifiedFacts: null };
    // A value that is not in the form of facts leaves the cells empty, and does not stop the pack.
    expect(rows(files, 'population/requests')).toMatchObject([stated, none, none]);
    expect(rows(files, 'population/calls')).toMatchObject([stated, none]);
    const [header, first] = (files['population/requests.csv'] ?? '').split('\r\n');
    expect(header?.endsWith('"country","entity","employment","verifiedFacts"')).toBe(true);
    expect(first?.endsWith(`"DE","'=Northwind, Inc.","","country"`)).toBe(true);
  });

  test('a call is joined with its outcome, also if that came after the period; one without is a row too', () => {
    const files = filesOf([
      leafOf('access.outcome', { record: 'rec_9', outcome: 'completed' }),
      leafOf('access.allowed', { record: 'rec_1', gateway: 'gtw_1' }),
      leafOf('access.allowed', { record: 'rec_2' }),
      leafOf('access.refused', { record: 'rec_3', code: 'locked', count: 7 }),
      leafOf('access.allowed', { record: 'rec_4', mode: 'authz', outcome: 'unknown' }),
      leafOf('access.outcome', { record: 'rec_1', outcome: 'cut', bytes: 5 }, { at: '2026-10-01T00:00:01Z' }),
    ]);
    expect(rows(files, 'population/calls')).toMatchObject([
      { record: 'rec_3', decision: 'refused', code: 'locked', count: 7 },
      { record: 'rec_4', decision: 'allowed', outcome: 'unknown', bytes: null },
      { record: 'rec_1', decision: 'allowed', outcome: 'cut', bytes: 5 },
      { record: 'rec_2', decision: 'allowed', outcome: null },
    ]);
    expect(rows(files, 'exceptions')).toMatchObject([{ kind: 'calls-refused', subject: 'locked' }]);
    expect(JSON.parse(files['summary.json'] ?? '').calls).toEqual({ allowed: 3, refused: 7 });
  });

  test('a formula in a reason runs in no spreadsheet, and absent values say why', () => {
    const data = { request: 'req_1', terms: { scope: [] } };
    const files = filesOf([
      leafOf('request.created', data, {
        values: { justification: { value: '=cmd()', salt: '' }, ticket: 'erased' },
      }),
    ]);
    expect(files['population/requests.csv']).toContain(`"'=cmd()"`);
    expect(rows(files, 'population/requests')).toMatchObject([
      { justification: '=cmd()', ticket: '[erased]' },
    ]);
  });

  test.each([
    ['emergency.opened', { grant: 'grt_1' }, 'emergency grt_1'],
    ['disclosure.late', { grant: 'grt_1' }, 'emergency-explained-late grt_1'],
    ['grant.ended', { grant: 'grt_1', reason: 'revoked' }, 'revoked grt_1'],
    ['supervision.crossed', { grant: 'grt_1', rule: 'much', done: 'paused' }, 'supervision grt_1'],
    ['opening.erased', { leaf: 7, fields: ['path'] }, 'erased 7'],
    ['gateway.gap', { gateway: 'gtw_1', after: 3, at: 9 }, 'records-missing gtw_1'],
    ['gateway.closed', { gateway: 'gtw_1' }, 'gateway-lost gtw_1'],
    ['log.restored', { epoch: 2, lost: 3 }, 'log-restored 2'],
    ['isolation.tested', { day: '2026-08-01', passed: false, leaks: 1 }, 'isolation-failed 2026-08-01'],
    ['access-review.decided', { id: 'usr_1', outcome: 'kept' }, 'access-review usr_1'],
    ['hold.set', { side: 'customer' }, 'legal-hold customer'],
  ])('%s is an exception', (type, data, expected) => {
    const found = rows(filesOf([leafOf(type, data)]), 'exceptions');
    expect(found.map(({ kind, subject }) => `${kind} ${subject}`)).toEqual([expected]);
  });

  test('what is as it should be is none', () => {
    const leaves = [
      leafOf('grant.ended', { grant: 'grt_1', reason: 'released' }),
      leafOf('isolation.tested', { passed: true }),
      leafOf('access-review.decided', { outcome: 'confirmed' }),
    ];
    expect(rows(filesOf(leaves), 'exceptions')).toEqual([]);
  });

  test('records that came late, values that are missing, and what the statement lacks are exceptions', () => {
    const files = filesOf(
      [
        leafOf('gateway.head', {}, { at: '2026-08-01T12:00:00Z' }),
        leafOf('access.allowed', { record: 'rec_1' }, { at: '2026-08-01T11:49:59Z' }),
        leafOf(
          'access.allowed',
          { record: 'rec_2' },
          { at: '2026-08-01T11:50:00Z', values: { path: 'missing' } },
        ),
      ],
      {
        statement: {
          ...{ count: 2, refused: 0, sealed: ['2026-08-01', '2026-08-02'] },
          exceptions: [{ gateway: 'gtw_1', from: FROM, reason: 'no_head' }],
        },
      },
    );
    expect(rows(files, 'exceptions').map(({ kind, subject }) => `${kind} ${subject}`)).toEqual([
      ...['recorded-late rec_1', `value-missing ${next - 1}`, 'gateway-out-of-touch gtw_1', 'sealed-days 2'],
    ]);
    expect(rows(files, 'population/calls').map(({ late }) => late)).toEqual([true, false]);
  });

  test('a demand is open until it is closed, also if it came before the period', () => {
    const step = (demand: string, state: string, at?: string) =>
      leafOf(`demand.${state}`, { demand, state }, at === undefined ? {} : { at });
    const files = filesOf([step('dem_1', 'closed'), step('dem_3', 'received')], {
      earlier: [
        step('dem_1', 'received', '2026-05-01T00:00:00Z'),
        step('dem_2', 'received', '2026-05-01T00:00:00Z'),
      ],
    });
    const open = rows(files, 'exceptions').filter(({ kind }) => kind === 'demand-open');
    expect(open.map(({ subject }) => subject)).toEqual(['dem_2', 'dem_3']);
  });

  test('policy versions have author and difference, and the last ones from before the period', () => {
    const before = '2026-05-01T00:00:00Z';
    const files = filesOf(
      [leafOf('tenant.change', { before: { a: 1, b: [1] }, after: { a: 1, b: [2] } }, { actor: 'usr_2' })],
      {
        earlier: [
          leafOf('tenant.add', { after: { a: 1 } }, { at: before, actor: 'host' }),
          leafOf(
            'trust.proposed',
            { hash: 'h1', document: { threshold: 1 } },
            { at: before, actor: 'usr_1' },
          ),
          leafOf('trust.adopted', { hash: 'h1' }, { at: before }),
        ],
      },
    );
    expect(rows(files, 'policy/versions')).toMatchObject([
      { kind: 'privacy-controls', author: 'host', inForce: 'when the period began' },
      { kind: 'trust-document', author: 'usr_1', cause: 'h1' },
      { kind: 'privacy-controls', author: 'usr_2', difference: ['/b: [1] → [2]'] },
    ]);
  });

  test('differences are members that were added, removed or changed', () => {
    expect(differences({ a: 1, 'x/y': { z: 1 } }, { b: 2, 'x/y': { z: 2 } })).toEqual([
      { pointer: '/a', before: 1, after: null },
      { pointer: '/b', before: null, after: 2 },
      { pointer: '/x~1y/z', before: 1, after: 2 },
    ]);
  });
});
