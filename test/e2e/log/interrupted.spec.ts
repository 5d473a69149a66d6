/** @soak */

import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type LeafV1, tilePath, type VerifierKey, verifierKey } from '@countersign/audit-log';
import { nodeHashing } from '@countersign/authorization';
import { type ApprovalStatement, toInstant } from '@countersign/contract';
import type { InterruptedReplay, ReplayOptions, ReplayReport } from '@countersign/log-verifier';
import { run } from '../../../apps/cli/src/main.js';
import { Terminal } from '../../../apps/cli/test/terminal.js';
import { AT } from '../../factories/trust.js';
import { claim } from '../../support/claim.js';
import { CLI } from '../../support/cli.js';
import { Customer } from '../../support/customer.js';
import { eventually } from '../../support/eventually.js';
import { type Copies, copiesOf, faultOf, verifyCopies } from '../../support/log-copy.js';
import { Program } from '../../support/program.js';
import type { RecordedGrant } from '../../support/record-chain.js';
import { RecordingGateway } from '../../support/recorded-calls.js';
import { onlyInSoak, someRows } from '../../support/samples.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { TestBroker } from '../harness.js';
import { expectStatus, makeRequest, mintToken, readRequest, review } from '../story.js';

let broker: TestBroker;
let gateway: RecordingGateway;
let under: RecordedGrant;
let trust: string;
let honest: Copies;
/** A log of four bundles: the approvals are in the first one, and calls in all. */
let copies: Copies;

beforeAll(async () => {
  broker = await TestBroker.start();
  gateway = await RecordingGateway.enrol(broker);
  const ada = await Customer.of(broker, 'approver');
  ({ hash: trust } = await claim([ada], { approvals: 1, threshold: 1 }));
  broker.clock.advance(10);
  const request = await makeRequest(broker);
  expectStatus(await review(broker, 'reviewer', request), 201);
  const { id, digest } = request;
  const path = `/api/v1/requests/${id}`;
  const { statement } = await ada.ask<{ statement: ApprovalStatement }>('GET', `${path}/statement`);
  const body = { decision: 'approve', digest, countersignature: ada.key.sign(statement, AT) };
  expectStatus(await ada.call('POST', `${path}/reviews`, body), 201);
  const grant = String((await readRequest(broker, id)).grant);
  await mintToken(broker, grant);
  under = { grant, request: id, digest, person: broker.persons.engineer };
  honest = await copiesOf(broker);
  copies = copy(honest);
  addCalls(copies, 700);
}, 60_000);
afterAll(() => broker.close());

const copy = ({ tenant, deployment }: Copies): Copies => ({
  tenant: tenant.copy(),
  deployment: deployment.copy(),
});

/** Calls of one boot of the gateway, all in one moment after the token was minted: before the gateway signs a head. */
function addCalls({ tenant }: Copies, count: number, after = 1): void {
  const minted = Date.parse((tenant.leaves[tenant.indexOf('token.minted')] as LeafV1).at);
  const at = toInstant(new Date(minted + after * 1_000));
  const chain = gateway.chain(under);
  for (let number = 1; number <= count; number += 1)
    tenant.appendRecord(chain.add('allowed', { change: { at, trust } }));
}

/** What a run keeps at the end of each bundle, as a file has it. */
async function interruptions(
  own: Copies,
  options: Partial<ReplayOptions> = {},
): Promise<InterruptedReplay[]> {
  const states: string[] = [];
  await faultOf(own, {
    ...options,
    onBundle: async (_size, now) => void states.push(JSON.stringify(await now())),
  });
  return states.map((text) => JSON.parse(text) as InterruptedReplay);
}

describe('a replay that was interrupted', () => {
  const found = ({ note: _note, ...report }: ReplayReport) => report;

  test('goes on at the end of any bundle, and finds what it would have found', async () => {
    const whole = await verifyCopies(copies);
    const states = await interruptions(copies);
    expect(states.map(({ point }) => point.size)).toEqual([256, 512]);
    for (const interrupted of states) {
      const sizes: number[] = [];
      const onBundle = (size: number) => void sizes.push(size);
      expect(found(await verifyCopies(copies, { interrupted, onBundle }))).toEqual(found(whole));
      expect(sizes.every((size) => size > interrupted.point.size)).toBe(true);
    }
  });

  onlyInSoak(() => {
    test('goes on from a state file, too', async () => {
      const { state } = await verifyCopies(honest);
      const whole = await verifyCopies(copies, { since: state });
      for (const interrupted of await interruptions(copies, { since: state }))
        expect(found(await verifyCopies(copies, { since: state, interrupted }))).toEqual(found(whole));
    });
  });

  test.each(
    someRows<[string, (own: Copies) => void]>([
      [
        'missing_opening',
        ({ tenant }) => void tenant.openings.splice(tenant.indexOf('request.created'), 1, {}),
      ],
      [
        // A statement that is made at midnight shows the fork, too.
        'deployment_forked|statement_of_fork',
        ({ tenant }) =>
          void tenant.change('deployment.checkpoint', { root: Buffer.alloc(32, 1).toString('base64') }),
      ],
      [
        'changed_record',
        ({ tenant }) =>
          tenant.edit(600, { data: { ...(tenant.leaves[600] as LeafV1).data, action: 'update' } }),
      ],
    ]),
  )('does not hide what shows only at the end, or later: %s', async (code, attack) => {
    const own = copy(copies);
    attack(own);
    const whole = await faultOf(own);
    expect(whole).toMatch(new RegExp(code));
    const states = await interruptions(own);
    expect(states.length).toBeGreaterThan(0);
    for (const interrupted of states) expect(await faultOf(own, { interrupted })).toBe(whole);
  });

  onlyInSoak(() => {
    test('hashes every leaf again: one that has changed since is found', async () => {
      const [first, second] = await interruptions(copies);
      const own = copy(copies);
      own.tenant.edit(300, { data: {} });
      expect(await faultOf(own)).toContain('unreadable_leaf');
      expect(await faultOf(own, { interrupted: first })).not.toBe('none');
      expect(await faultOf(own, { interrupted: second })).not.toBe('none');
    });

    test('does not count for another log, another log of the deployment, or in another form', async () => {
      const [interrupted] = (await interruptions(copies)) as [InterruptedReplay];
      const other = copy(honest);
      addCalls(other, 700, 2);
      expect(await faultOf(other)).toBe('none');
      expect(await faultOf(other, { interrupted })).not.toBe('none');
      const deployment = copy(copies);
      deployment.deployment.change('gateway.enrolled', { serves: { services: 1, tenants: 1 } });
      expect(await faultOf(deployment, { interrupted })).not.toBe('none');
      for (const change of [
        { v: 1 },
        { state: interrupted.state.slice(1) },
        { point: { ...interrupted.point, size: 100 } },
        { point: { ...interrupted.point, size: 100_000 } },
        { point: { ...interrupted.point, origin: honest.deployment.origin } },
      ])
        expect(await faultOf(copies, { interrupted: { ...interrupted, ...change } })).not.toBe('none');
    });
  });
});

onlyInSoak(() => {
  describe('log verify --state', () => {
    let folder: string;
    let long: Copies;
    const state = () => join(folder, 'acme.json');
    const partial = () => `${state()}.partial`;
    const log = (name = 'log') => join(folder, name);
    const vkeyOf = ({ name, publicKey }: VerifierKey) => verifierKey(nodeHashing, name, publicKey);
    const verb = (place: string) =>
      ['log', 'verify', place, '--vkey', vkeyOf(long.tenant.vkey), '--state', state(), '--json'] as const;

    beforeAll(async () => {
      folder = await tempFolder('interrupted');
      long = copy(honest);
      addCalls(long, 5_000);
      await write(log(), long);
    });
    afterAll(() => removeFolder(folder));

    /** A mirror without openings. */
    async function write(place: string, { tenant, deployment }: Copies): Promise<void> {
      const { files } = deployment.source();
      const all = [
        ...[...tenant.source().files].filter(([path]) => !path.startsWith('openings/')),
        ...[...files, ['vkey', Buffer.from(vkeyOf(deployment.vkey))] as const].map(
          ([path, bytes]) => [`deployment/${path}`, bytes] as const,
        ),
      ];
      for (const [path, bytes] of all) {
        await mkdir(dirname(join(place, path)), { recursive: true });
        await writeFile(join(place, path), bytes);
      }
    }

    async function verify(place = log()) {
      const terminal = new Terminal({}, '');
      const exit = await run([...verb(place)], terminal);
      return { exit, document: JSON.parse(terminal.out), stderr: terminal.err };
    }

    /** What a run had saved that was killed while it read the bundle of leaf 4,608. */
    let left: Buffer | undefined;
    async function killed(): Promise<void> {
      if (left === undefined) left = await killOne();
      else await writeFile(partial(), left);
    }

    async function killOne(): Promise<Buffer> {
      const bundle = join(log(), tilePath({ level: 'entries', index: 18, width: 256 }));
      const bytes = await readFile(bundle);
      await rm(bundle);
      // Who reads it waits for someone who writes.
      execFileSync('mkfifo', [bundle]);
      const program = Program.start({ name: 'log verify', script: CLI, args: [...verb(log())] });
      try {
        await eventually('the run has saved its progress', () => isThere(partial()));
      } finally {
        await program.stop('SIGKILL');
      }
      await rm(bundle);
      await writeFile(bundle, bytes);
      return readFile(partial());
    }

    const isThere = (file: string) =>
      readFile(file).then(
        () => true,
        () => false,
      );

    test('kill -9: the next run goes on where the last one had saved its progress, and says so', async () => {
      const whole = await verify();
      expect(whole).toMatchObject({ exit: 0, document: { resumedAt: null } });
      const text = await readFile(state(), 'utf8');
      await rm(state());
      await killed();
      expect(await isThere(state())).toBe(false);
      const saved = await readFile(partial());
      const resumed = await verify();
      expect(resumed.document).toEqual({ ...whole.document, resumedAt: 4_352 });
      expect(resumed.stderr).toContain('Going on at leaf 4352, where a run was interrupted.');
      expect(await readFile(state(), 'utf8')).toBe(text);
      expect(await isThere(partial())).toBe(false);

      // It belongs to a run that had no state file yet.
      await writeFile(partial(), saved);
      expect((await verify()).stderr).toContain('is of another run');
      await rm(state());
      // A copy of the log is another place.
      await write(log('copy'), long);
      await writeFile(partial(), saved);
      const copied = await verify(log('copy'));
      expect(copied).toMatchObject({ exit: 0, document: { resumedAt: null } });
      expect(copied.stderr).toContain('is of another run');
      await rm(state());
      const damages = [saved.subarray(0, -9), Buffer.from('{}'), flipped(saved)];
      for (const damaged of damages) {
        await writeFile(partial(), damaged);
        const again = await verify();
        expect(again).toMatchObject({ exit: 0, document: { resumedAt: null } });
        expect(again.stderr).toContain('is damaged. It is ignored.');
        await rm(state());
      }
    });

    test('what an interrupted run has verified is known: a log that went back since is rolled back, each time', async () => {
      await killed();
      const checkpoint = join(log(), 'checkpoint');
      const newest = await readFile(checkpoint);
      await writeFile(checkpoint, long.tenant.source(4_900).files.get('checkpoint') ?? '');
      for (const _ of [1, 2])
        expect(await verify()).toMatchObject({ exit: 1, document: { verified: false, code: 'rolled_back' } });
      await writeFile(checkpoint, newest);
      expect(await verify()).toMatchObject({ exit: 0, document: { resumedAt: 4_352 } });
      await rm(state());
    });

    test('a fault ends what was saved: a run from the beginning names it', async () => {
      await killed();
      const bundle = join(log(), tilePath({ level: 'entries', index: 2, width: 256 }));
      const bytes = await readFile(bundle);
      await writeFile(bundle, flipped(bytes));
      const faulty = await verify();
      expect(faulty).toMatchObject({
        exit: 1,
        document: { verified: false, code: expect.stringMatching(/^(changed_leaf|wrong_length)$/) },
      });
      expect(faulty.stderr).toContain('Verifying from the beginning');
      expect(await isThere(partial())).toBe(false);
      expect(await isThere(state())).toBe(false);
      await writeFile(bundle, bytes);
      expect(await verify()).toMatchObject({ exit: 0, document: { resumedAt: null } });
    });
  });
});

/** With one bit that is another one, in the middle. */
function flipped(bytes: Buffer): Buffer {
  const copied = Buffer.from(bytes);
  const at = Math.floor(copied.length / 2);
  copied[at] = (copied[at] ?? 0) ^ 1;
  return copied;
}
