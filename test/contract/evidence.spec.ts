/** @soak */

import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  addDemandStep,
  applyOrganisation,
  type DemandInput,
  enterDemand,
  getRequest,
  type Organisation,
  type Principal,
  pruneLogs,
  recordAccessHeads,
  setLock,
  setLogSettings,
} from '@countersign/access';
import { parseVerifierKey } from '@countersign/audit-log';
import { nodeEd25519, nodeHashing } from '@countersign/authorization';
import { CONTROL_MAPPING, verifyPack } from '@countersign/evidence';
import { systemSigners } from '@countersign/persistence';
import { ZipReader } from '@countersign/runtime';
import { pino } from 'pino';
import { EvidencePacks } from '../../apps/broker/src/evidence/evidence-packs.js';
import { Checkpoints } from '../../apps/broker/src/logs/checkpoints.js';
import { LogProofs } from '../../apps/broker/src/logs/log-tiles.js';
import { StatementSigner } from '../../apps/broker/src/logs/statement-signer.js';
import { filler } from '../factories/filler.js';
import { smallOrganisation } from '../factories/small-organisation.js';
import { removeFolder, tempFolder } from '../support/temp-folder.js';
import { describeUseCase } from './support/describe-store.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const COVERAGE = {
  checkedOn: '2026-11-20',
  ways: [
    { way: 'Support: "through" the gateways', state: 'controlled-here' as const },
    { way: 'Administrators\nof the database', state: 'open' as const, services: ['billing'] },
  ],
};

describeUseCase('SQLite', 'an evidence pack', (bench) => {
  let flow: Workflow;
  let file: Organisation;
  let folder: string;
  let packs: EvidencePacks;
  let checkpoints: Checkpoints;
  const people: Record<string, Principal> = {};
  const who = (name: string): Principal => people[name] as Principal;
  beforeAll(async () => {
    folder = await tempFolder('evidence-pack');
  });
  afterAll(() => removeFolder(folder));
  beforeEach(async () => {
    file = smallOrganisation({ vendorReviews: 0 });
    file.vendor.staff[0]!.facts = { country: 'DE', entity: 'Northwind GmbH' };
    for (const name of ['lea', 'leo', 'lia'])
      file.vendor.staff.push({ email: `${name}@northwind.example`, name, roles: ['legal'] });
    // Its clock shows 24 November 2026, 15:00.
    flow = await startWorkflow(bench, file);
    for (const email of [
      'erin@northwind',
      'ola@northwind',
      'lea@northwind',
      'leo@northwind',
      'lia@northwind',
    ])
      people[email.split('@')[0] ?? ''] = await flow.as(`${email}.example`);
    for (const name of ['ada', 'bob', 'cara']) people[name] = await flow.as(`${name}@acme.example`);
    const deps = { ...flow.deps, store: bench.store, signers: systemSigners };
    checkpoints = new Checkpoints(deps, pino({ level: 'silent' }));
    const statements = new StatementSigner(deps, checkpoints);
    packs = new EvidencePacks(deps, checkpoints, new LogProofs(deps), statements);
  });

  async function make(period: string, by = 'cara'): Promise<Buffer> {
    const written: Uint8Array[] = [];
    await packs.make(who(by), 'acme', { period }, () => async (bytes) => {
      written.push(Buffer.from(bytes));
    });
    return Buffer.concat(written);
  }

  /** Verifies the archive. @returns its files, and what was verified */
  async function opened(archive: Buffer) {
    const path = join(folder, 'pack.zip');
    await writeFile(path, archive);
    const zip = await ZipReader.open(path);
    try {
      const keysOf = async (log: string) =>
        (await checkpoints.verifierKeys(log)).map((vkey) => parseVerifierKey(nodeHashing, vkey));
      const startHash = () => {
        const hash = createHash('sha256');
        return { update: (bytes: Uint8Array) => void hash.update(bytes), hex: () => hash.digest('hex') };
      };
      const found = await verifyPack(
        { hashing: nodeHashing, check: nodeEd25519, startHash },
        { names: zip.names, size: (name) => zip.size(name) ?? 0, read: (name) => zip.read(name) },
        { keys: await keysOf('acme'), deploymentKeys: await keysOf('deployment') },
      );
      const files: Record<string, string> = {};
      for (const name of zip.names) {
        const pieces: Uint8Array[] = [];
        for await (const piece of zip.read(name)) pieces.push(piece);
        files[name] = Buffer.concat(pieces).toString('utf8');
      }
      return { files, found };
    } finally {
      await zip.close();
    }
  }
  const rows = (files: Record<string, string>, name: string) =>
    JSON.parse(files[`${name}.json`] ?? '') as Record<string, unknown>[];

  const demand = (gag: DemandInput['gag']): DemandInput => ({
    ...{ authority: 'County court', country: 'DE', legalBasis: '§ 94 StPO', kind: 'order', reference: null },
    ...{ data: 'Invoices', scope: 'October', tenants: ['acme'], accounts: ['konto-4711'], dueAt: null },
    ...{ receivedAt: '2026-11-24T09:00:00Z', gag, reason: 'By courier' },
  });

  test('says what happened, under which rules, and what an auditor looks at one by one', async () => {
    const stated = { ...file, vendor: { ...file.vendor, coverage: COVERAGE } };
    await applyOrganisation(flow.deps, stated, { dryRun: false });
    await enterDemand(flow.deps, who('lea'), demand(null));
    flow.clock.forward(3_600);
    const [first, second] = [await flow.ask(who('erin')), await flow.ask(who('erin'))];
    await flow.approve(who('ada'), first);
    await flow.deny(who('ada'), second);
    await flow.ask(who('erin'));
    const [acme, ...others] = file.tenants;
    const narrower = { ...acme!, privacyControls: { ...acme!.privacyControls, maxDuration: 900 } };
    await applyOrganisation(flow.deps, { ...stated, tenants: [narrower, ...others] }, { dryRun: false });
    // Why the vendor has set a lock is the vendor's alone, and not missing.
    const lock = { kind: 'tenant' as const, name: 'acme', reason: 'of the vendor', seconds: 30 };
    await setLock(flow.deps, await flow.as('sam@northwind.example'), lock);
    flow.clock.forward(60);
    // The demand and the first version of the rules are older than this period.
    const { files, found } = await opened(await make('2026-11-24T15:30:00Z..2026-11-24T16:01:00Z'));
    expect(found.manifest.tenant).toBe('acme');
    expect(rows(files, 'population/requests').map(({ state }) => state)).toEqual([
      ...['approved', 'denied', 'awaiting_customer'],
    ]);
    expect(rows(files, 'population/requests')[0]).toMatchObject({
      ...{ country: 'DE', entity: 'Northwind GmbH', employment: null, verifiedFacts: [] },
    });
    expect(rows(files, 'population/reviews')).toMatchObject([
      { decision: 'approve', person: who('ada').person.id, side: 'customer' },
      { decision: 'deny', reason: 'not now' },
    ]);
    expect(rows(files, 'population/grants')).toMatchObject([
      { request: first.request.id, endReason: 'revoked' },
    ]);
    const policy = rows(files, 'policy/versions');
    expect(policy.map(({ kind, inForce, author }) => `${kind} ${inForce} ${author}`)).toEqual([
      'privacy-controls when the period began host',
      'vendor-policy when the period began host',
      'privacy-controls from then on host',
    ]);
    expect(policy.at(-1)?.['difference']).toEqual([expect.stringMatching(/maxDuration: \d+ → 900$/)]);
    const exceptions = rows(files, 'exceptions').map(({ kind, subject }) => `${kind} ${subject}`);
    expect(exceptions).toEqual(
      expect.arrayContaining([`denied ${second.request.id}`, expect.stringMatching(/^demand-open dem_/)]),
    );
    expect(exceptions.filter((each) => /^(lock|value-missing) /.test(each))).toEqual([
      expect.stringMatching(/^lock lck_/),
    ]);
    expect(files['log/leaves.jsonl']).toContain('"reason":"withheld"');
    expect(files['coverage.yaml']).toContain('way: "Support: \\"through\\" the gateways"');
    expect(files['coverage.yaml']).toContain('way: "Administrators\\nof the database"');
    expect(files['coverage.yaml']).toContain('services: ["billing"]');
    // Every file that the mapping names is there.
    const named = [...new Set(CONTROL_MAPPING.flatMap(({ files: each }) => each))];
    expect(named.filter((name) => files[name] === undefined)).toEqual([]);
    expect(Object.keys(files)).toContain('SHA256SUMS');
  });

  test('P9: is the same, byte for byte, whether or not there is a demand under a gag with its access', async () => {
    await flow.approve(who('ada'), await flow.ask(who('erin')));
    flow.clock.forward(60);
    const period = '2026-11-24..2026-11-24T15:01:00Z';
    const before = await make(period);
    // It is the same for the vendor's auditor: what the vendor keeps for itself is not in it, so the auditor can hand it on.
    expect((await make(period, 'ola')).equals(before)).toBe(true);
    const gag = { order: '§ 101 StPO', until: '2027-02-24T00:00:00Z' };
    const { demand: sealed } = await enterDemand(flow.deps, who('lea'), demand(gag));
    await addDemandStep(flow.deps, who('lea'), sealed.id, {
      ...{ action: 'redirected', outcome: 'declined', reason: 'the court insists' },
    });
    const access = await flow.ask(who('lea'), { basis: 'legal', demand: sealed.id });
    for (const name of ['leo', 'lia']) await flow.approve(who(name), access);
    expect((await getRequest(flow.deps, who('lea'), access.request.id)).request.state).toBe('approved');
    expect(await recordAccessHeads(flow.deps)).toBe(1);
    expect((await make(period)).equals(before)).toBe(true);
    // Not even for those who may see the demand: the pack is about the tenant's own log.
    expect((await make(period, 'ola')).equals(before)).toBe(true);
    expect(await outcomeOf(packs.make(who('ola'), access.request.tenant, { period }, noSink))).toBe(
      'not_found',
    );
  });

  test('a period in which nothing happened has a pack too, which verifies', async () => {
    const { files, found } = await opened(await make('2020-H1'));
    expect([found.range, found.calls]).toEqual([{ from: 0, to: 0 }, 0]);
    expect(rows(files, 'population/requests')).toEqual([]);
    expect(files['log/leaves.jsonl']).toBe('');
  });

  test('is for admins and auditors of the tenant and auditors of the vendor, of a period that is over', async () => {
    const of = (name: string, period = '2020-H1') =>
      outcomeOf(packs.make(who(name), 'acme', { period }, noSink));
    expect(await Promise.all(['bob', 'erin', 'lea'].map((name) => of(name)))).toEqual([
      ...['forbidden', 'forbidden', 'forbidden'],
    ]);
    expect([await of('ada'), await of('cara'), await of('ola')]).toEqual(['made', 'made', 'made']);
    for (const period of ['2026-H2', '2020', '2026-11-24..2026-11-01', '2024-01-01..2025-06-01'])
      expect([period, await of('cara', period)]).toEqual([period, 'invalid_request']);
  });

  test('a period whose leaves were pruned has no pack: what is left would look whole', async () => {
    const at = flow.clock.now().toISOString();
    await bench.store.forTenant('acme', async ({ log }) => {
      for (let each = 0; each < 256; each += 1) await log.append(filler(at));
    });
    flow.clock.forward(500 * 86_400);
    expect(await outcomeOf(packs.make(who('cara'), 'acme', { period: '2026-H2' }, noSink))).toBe('made');
    const settings = { erasureAfterDays: 90, retentionDays: 400, dailyStatement: 'off' as const };
    await setLogSettings(flow.deps, who('ada'), 'acme', settings);
    expect(await pruneLogs(flow.deps)).toBe(256);
    expect(await outcomeOf(packs.make(who('cara'), 'acme', { period: '2026-H2' }, noSink))).toBe('pruned');
  });

  test('a broker makes two packs at once, of any tenants', async () => {
    const third = { ...file.tenants[1]!, slug: 'initech', name: 'Initech', people: [] };
    const more = { ...file, tenants: [...file.tenants, third] };
    await applyOrganisation(flow.deps, more, { dryRun: false });
    const gate = signal();
    const begun = ['acme', 'globex'].map((tenant) => {
      const begin = signal();
      const pack = packs.make(who('ola'), tenant, { period: '2020-H1' }, () => {
        begin.give();
        return () => gate.given;
      });
      return { begin: begin.given, pack };
    });
    await Promise.all(begun.map(({ begin }) => begin));
    const another = () => outcomeOf(packs.make(who('ola'), 'initech', { period: '2020-H1' }, noSink));
    expect(await another()).toBe('rate_limited');
    gate.give();
    await Promise.all(begun.map(({ pack }) => pack));
    expect(await another()).toBe('made');
  });

  test('a tenant gets one pack at a time, and what fails on the way frees its place', async () => {
    const period = '2020-H1';
    const [gate, begun] = [signal(), signal()];
    const first = packs.make(who('cara'), 'acme', { period }, () => {
      begun.give();
      return () => gate.given;
    });
    await begun.given;
    const second = await outcomeOf(packs.make(who('ada'), 'acme', { period }, noSink));
    expect(second).toBe('rate_limited');
    gate.give();
    await first;
    const failing = () => async () => {
      throw new Error('the client has left');
    };
    await expect(packs.make(who('cara'), 'acme', { period }, failing)).rejects.toThrow('the client has left');
    expect(await outcomeOf(packs.make(who('cara'), 'acme', { period }, noSink))).toBe('made');
  });
});

function signal() {
  let give = () => {};
  const signalled = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given: signalled, give: () => give() };
}

const noSink = () => async () => undefined;

const outcomeOf = (making: Promise<void>): Promise<string> =>
  making.then(
    () => 'made',
    (error: { code?: string }) => error.code ?? String(error),
  );
