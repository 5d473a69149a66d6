import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatTlogPolicy, type LeafV1, SIGNATURE_TYPE, verifierKey } from '@countersign/audit-log';
import { nodeHashing } from '@countersign/authorization';
import { encodeBase64url, toInstant } from '@countersign/contract';
import type { InterruptedReplay, ReplayOptions, VerifiedState } from '@countersign/log-verifier';
import { run } from '../../../apps/cli/src/main.js';
import { Terminal } from '../../../apps/cli/test/terminal.js';
import { laterEvent } from '../../factories/filler.js';
import { logKey } from '../../factories/log-keys.js';
import { Cli } from '../../support/cli.js';
import {
  type Copies,
  copiesOf,
  faultOf,
  type LogCopy,
  verifyCopies,
  vkeyText,
  writeMirror,
} from '../../support/log-copy.js';
import type { RecordedGrant } from '../../support/record-chain.js';
import { RecordingGateway } from '../../support/recorded-calls.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { TestBroker } from '../harness.js';
import { makeGrant, mintToken } from '../story.js';

/**
 * A vendor upgrades its broker before the customer upgrades its verifier, so the log has events that the verifier does not know.
 * Such a log is not verified, and nothing that may follow from such an event is called a fault.
 */
let broker: TestBroker;
let gateway: RecordingGateway;
let under: RecordedGrant;
let honest: Copies;

beforeAll(async () => {
  broker = await TestBroker.start();
  gateway = await RecordingGateway.enrol(broker);
  const { request, grant } = await makeGrant(broker);
  await mintToken(broker, grant);
  under = { grant, request: request.id, digest: request.digest, person: broker.persons.engineer };
  const chain = gateway.chain(under);
  const allowed = chain.add('allowed');
  await gateway.send(chain, [allowed, chain.add('outcome', { id: allowed.record.id }), chain.add('head')]);
  honest = await copiesOf(broker);
});
afterAll(() => broker.close());

const NEW = 'something.new';
const copyOf = ({ tenant, deployment }: Copies): Copies => ({
  tenant: tenant.copy(),
  deployment: deployment.copy(),
});

/** Inserts an event that no verifier of this version knows. @param before its place; at the end if absent */
function addUnknown(log: LogCopy, { type = NEW, before = log.leaves.length, ...more } = {}): number {
  const { at } = log.leaves[Math.max(0, before - 1)] as LeafV1;
  log.insert(before, { type, at, actor: 'job', data: {}, ...more });
  return before;
}

/** `none`, a fault, or the first unknown leaf with the fault that it leaves undecided. */
async function verdictOf(copies: Copies, options: Partial<ReplayOptions> = {}): Promise<string> {
  const fault = await faultOf(copies, options);
  if (fault !== 'none' && !fault.startsWith('unknown_event')) return fault;
  const { unknown } = await verifyCopies(copies, options);
  if (unknown === null) return 'verified';
  const [first] = unknown.types;
  const { undecided } = unknown;
  return `unknown ${first?.log} ${first?.index}${undecided === null ? '' : `, ${undecided.code} ${undecided.index}`}`;
}

/** A reason that its leaf does not commit to. */
function rewriteReason({ tenant }: Copies): number {
  const index = tenant.indexOf('request.created');
  const salt = encodeBase64url(new Uint8Array(32));
  for (const name of Object.keys(tenant.openings[index] ?? {}))
    tenant.openings[index] = { ...tenant.openings[index], [name]: { value: 'another', salt } };
  return index;
}

describe('P10: an event of an unknown type', () => {
  test.each([
    ...[NEW, 'grant.extended', 'access.streamed', 'request.escalated', 'trust.extended', 'token.renewed'],
    ...['lock.moved', 'person.moved', 'tenant.moved', 'gateway.moved', 'service.moved', 'log.moved'],
    ...['demand.moved', 'widening.moved', 'opening.moved', 'standing.moved', 'practice.moved'],
  ])('%s is unknown in each log, whatever it is about', async (type) => {
    for (const log of ['tenant', 'deployment'] as const) {
      const copies = copyOf(honest);
      const index = addUnknown(copies[log], { type });
      const { unknown } = await verifyCopies(copies);
      const slug = log === 'tenant' ? 'acme' : 'deployment';
      expect(unknown).toEqual({ types: [{ log: slug, type, index, count: 1 }], undecided: null });
    }
  });

  test('in both logs, several times: each type is counted', async () => {
    const copies = copyOf(honest);
    const first = addUnknown(copies.tenant);
    addUnknown(copies.tenant);
    addUnknown(copies.tenant, { type: 'grant.extended' });
    const other = addUnknown(copies.deployment, { type: 'gateway.moved' });
    expect((await verifyCopies(copies)).unknown?.types).toEqual([
      { log: 'deployment', type: 'gateway.moved', index: other, count: 1 },
      { log: 'acme', type: NEW, index: first, count: 2 },
      { log: 'acme', type: 'grant.extended', index: first + 2, count: 1 },
    ]);
  });

  test('hides no fault of what came before it', async () => {
    const copies = copyOf(honest);
    const call = copies.tenant.change('access.allowed', {
      grant: 'grt_0199f0a0-7b2c-7003-8000-000000000009',
    });
    const expected = await faultOf(copies);
    expect(expected).not.toBe('none');
    addUnknown(copies.tenant, { before: call + 1 });
    expect(await verdictOf(copies)).toBe(expected);
  });

  test('leaves undecided what comes after it', async () => {
    const copies = copyOf(honest);
    const call = copies.tenant.indexOf('access.allowed');
    // The new event may have started the grant in another way.
    copies.tenant.edit(copies.tenant.indexOf('grant.started'), { type: 'grant.begun' });
    const [code] = (await verdictOf(copies)).split(', ').slice(1);
    expect(code).toMatch(/^(unknown_grant|outside_window|no_token|not_allowed) \d+$/);
    expect(Number(code?.split(' ')[1])).toBeLessThanOrEqual(call);
  });

  test('one of the deployment’s log leaves undecided what happened from then on, and nothing earlier', async () => {
    const copies = copyOf(honest);
    const index = addUnknown(copies.deployment);
    const at = (seconds: number) => {
      const written = Date.parse((honest.deployment.leaves.at(-1) as LeafV1).at);
      return new Date(written + seconds * 1_000).toISOString();
    };
    const lift = (seconds: number) =>
      copies.tenant.append({
        ...{ type: 'lock.lifted', at: at(seconds), actor: broker.persons.engineer as 'job' },
        data: { lock: 'lck_0199f0a0-7b2c-7003-8000-000000000009' },
      });
    copies.deployment.edit(index, { at: at(3_600) });
    const lifted = lift(60);
    const found = await verdictOf(copies);
    expect(found).toMatch(new RegExp(` ${lifted}$`));
    expect(found).not.toContain('unknown');
    copies.deployment.edit(index, { at: at(0) });
    expect(await verdictOf(copies)).toBe(`unknown deployment ${index}, ${found}`);
  });

  test('of the deployment’s log, with an old date, hides no fault of what came before it', async () => {
    const copies = copyOf(honest);
    copies.tenant.change('access.allowed', { grant: 'grt_0199f0a0-7b2c-7003-8000-000000000009' });
    const expected = await faultOf(copies);
    const { at } = copies.deployment.leaves.at(-1) as LeafV1;
    const later = new Date(Date.parse(at) + 3_600_000).toISOString();
    copies.deployment.append({ type: 'notice.retried', at: later, actor: 'job', data: {} });
    copies.deployment.edit(addUnknown(copies.deployment), { at: '1970-01-01T00:00:00Z' });
    expect(await verdictOf(copies)).toBe(expected);
  });

  test.each(['tenant', 'deployment'] as const)(
    'explains no leaf of the %s’s log that is dated back',
    async (log) => {
      const copies = copyOf(honest);
      addUnknown(copies[log]);
      const { at } = copies[log].leaves.at(-1) as LeafV1;
      const earlier = new Date(Date.parse(at) - 120_000).toISOString();
      const index = copies[log].append({ type: 'notice.retried', at: earlier, actor: 'job', data: {} });
      expect(await verdictOf(copies)).toBe(`backdated ${index}`);
    },
  );

  test('explains no value that does not open its commitment, and may explain one that is missing', async () => {
    const copies = copyOf(honest);
    const index = addUnknown(copies.tenant, { before: 1 });
    const rewritten = rewriteReason(copies);
    expect(await verdictOf(copies)).toBe(`false_opening ${rewritten}`);
    copies.tenant.openings[rewritten] = {};
    expect(await verdictOf(copies)).toBe(`unknown acme ${index}, missing_opening ${rewritten}`);
  });

  test('may have values that are for others, and none that it does not commit to', async () => {
    const copies = copyOf(honest);
    const { commitments } = honest.tenant.leaves[honest.tenant.indexOf('request.created')] as LeafV1;
    const index = addUnknown(copies.tenant);
    copies.tenant.edit(index, { commitments });
    expect(await verdictOf(copies)).toBe(`unknown acme ${index}`);
    const [name = ''] = Object.keys(commitments);
    copies.tenant.openings[index] = { [name]: { value: 'x', salt: encodeBase64url(new Uint8Array(32)) } };
    expect(await verdictOf(copies)).toBe(`false_opening ${index}`);
  });

  test('explains no fork, and none is forgotten: the next run has to continue this one', async () => {
    const { state: earlier } = await verifyCopies(honest);
    const copies = copyOf(honest);
    addUnknown(copies.tenant);
    const { state, unknown } = await verifyCopies(copies, { since: earlier });
    expect(unknown).not.toBeNull();
    expect(state.size).toBe(copies.tenant.leaves.length);
    // What was replayed before stays, for leaves that are pruned until the verifier knows the event.
    expect(state.replay).toMatchObject({ size: earlier.size, state: earlier.replay?.state });
    expect((await verifyCopies(copies, { since: state })).state).toEqual(state);
    expect(await faultOf(honest, { since: state })).toBe('rolled_back');
    copies.tenant.edit(copies.tenant.leaves.length - 1, { type: 'something.else' });
    expect(await faultOf(copies, { since: state })).toBe('forked');
    const damaged = { ...state, replay: { ...state.replay, size: 1 } } as VerifiedState;
    expect(await faultOf(honest, { since: damaged })).toBe('invalid_state');
  });

  test('is found again by a run that goes on from an interrupted one, which keeps nothing after it', async () => {
    const copies = copyOf(honest);
    const { at } = copies.tenant.leaves.at(-1) as LeafV1;
    const fill = (to: number) => {
      while (copies.tenant.leaves.length < to)
        copies.tenant.append({ type: 'notice.retried', at, actor: 'job', data: {} });
    };
    fill(300);
    const index = addUnknown(copies.tenant);
    fill(800);
    const states: InterruptedReplay[] = [];
    const onBundle: ReplayOptions['onBundle'] = async (_size, now) => void states.push(await now());
    expect((await verifyCopies(copies, { onBundle })).unknown?.types).toMatchObject([{ index }]);
    expect(states.map(({ point }) => point.size)).toEqual([256]);
    const [interrupted] = states;
    expect((await verifyCopies(copies, { interrupted })).unknown?.types).toMatchObject([{ index }]);
  });
});

describe('P10: the command says that it does not know an event', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await tempFolder('unknown-events');
  });
  afterAll(() => removeFolder(folder));

  /** A log as a mirror has it, with the deployment's. */
  async function write(place: string, { tenant, deployment }: Copies): Promise<string> {
    const mirror = join(folder, place);
    await writeMirror(mirror, tenant);
    await writeMirror(join(mirror, 'deployment'), deployment);
    return mirror;
  }

  async function countersign(...argv: string[]) {
    const env = { COUNTERSIGN_BROKER_URL: broker.url, COUNTERSIGN_API_KEY: broker.keys.approver };
    const terminal = new Terminal(env, '', broker.clock);
    const exit = await run([...argv, '--json'], terminal);
    return { exit, document: JSON.parse(terminal.out || '{}') as Record<string, unknown>, err: terminal.err };
  }

  test('log verify exits with 4, names the types, and remembers the tree', async () => {
    const copies = copyOf(honest);
    const index = addUnknown(copies.tenant);
    const place = await write('unknown', copies);
    const vkey = vkeyText(copies.tenant);
    const state = join(folder, 'unknown.json');
    const found = await countersign('log', 'verify', place, '--vkey', vkey, '--state', state);
    const types = [{ log: 'acme', type: NEW, index, count: 1 }];
    expect(found).toMatchObject({
      exit: 4,
      document: { verified: false, code: 'unknown_event', index, unknown: types, undecided: null },
    });
    expect(found.document).toMatchObject({ size: index + 1, structureOnly: false });
    expect(found.err).toContain(`error[unknown_event]: Leaf ${index} of the log acme has the type ${NEW}`);
    expect(found.err).toContain('Update the verifier');
    const shown = await new Cli({}).run('log', 'verify', place, '--vkey', vkey);
    expect(shown).toMatchObject({ code: 4, stdout: '' });

    const stateAfter = JSON.parse(await readFile(state, 'utf8'));
    expect(stateAfter).toMatchObject({ size: index + 1 });
    await expect(readFile(`${state}.partial`)).rejects.toThrow();
    const before = await write('before', honest);
    expect(await countersign('log', 'verify', before, '--vkey', vkey, '--state', state)).toMatchObject({
      ...{ exit: 1, document: { code: 'rolled_back' } },
    });
    expect(await countersign('log', 'verify', place, '--vkey', vkey, '--structure-only')).toMatchObject({
      ...{ exit: 0, document: { verified: true, structureOnly: true } },
    });
  });

  test('a member of a later release is unknown, and exits with 4', async () => {
    const copies = copyOf(honest);
    const index = copies.tenant.change('grant.started', { renewedBy: 'usr_1' });
    const place = await write('member', copies);
    const found = await countersign('log', 'verify', place, '--vkey', vkeyText(copies.tenant));
    const unknown = [{ log: 'acme', type: 'grant.started', member: 'data.renewedBy', index, count: 1 }];
    expect(found).toMatchObject({ exit: 4, document: { verified: false, code: 'unknown_event', unknown } });
    expect(found.err).toContain(
      `Leaf ${index} of the log acme has \`data.renewedBy\` in the type grant.started, which this verifier does not know.`,
    );
  });

  test.each<[what: string, log: 'tenant' | 'deployment', type: string, change: object, member: string]>([
    ['lacks a member', 'tenant', 'token.minted', { jti: undefined }, 'data.jti'],
    ['has one of another kind', 'deployment', 'gateway.registered', { publicKey: 7 }, 'data.publicKey'],
    ['has both, one more too', 'tenant', 'person.add', { before: 1, more: 1 }, 'data.before'],
  ])('a leaf that %s is at fault, also after an unknown event: it exits with 1', async (...row) => {
    const [what, log, type, change, member] = row;
    const copies = copyOf(honest);
    addUnknown(copies.tenant, { before: 0 });
    const index = copies[log].indexOf(type);
    const { data } = copies[log].leaves[index] as LeafV1;
    copies[log].edit(index, { data: JSON.parse(JSON.stringify({ ...data, ...change })) });
    const place = await write(what, copies);
    const found = await countersign('log', 'verify', place, '--vkey', vkeyText(copies.tenant));
    expect(found).toMatchObject({ exit: 1, document: { verified: false, code: 'unreadable_leaf', index } });
    expect(found.err).toContain(`Leaf ${index}: \`${member}\` of ${type} is missing, or of another kind.`);
  });

  test('a fault before it exits with 1, and one after it is shown as undecided', async () => {
    const copies = copyOf(honest);
    const index = addUnknown(copies.tenant, { before: 1 });
    copies.tenant.openings[copies.tenant.indexOf('request.created')] = {};
    const place = await write('after', copies);
    const verify = () => countersign('log', 'verify', place, '--vkey', vkeyText(copies.tenant));
    const undecided = { code: 'missing_opening', index: copies.tenant.indexOf('request.created') };
    expect(await verify()).toMatchObject({
      ...{ exit: 4, document: { code: 'unknown_event', index, undecided } },
    });
    const rewritten = rewriteReason({
      ...copies,
      tenant: Object.assign(copies.tenant, honest.tenant.copy()),
    });
    addUnknown(copies.tenant);
    await write('after', copies);
    expect(await verify()).toMatchObject({ exit: 1, document: { code: 'false_opening', index: rewritten } });
  });

  test('does not excuse the witnesses that --policy names', async () => {
    const copies = copyOf(honest);
    addUnknown(copies.tenant);
    const place = await write('policy', copies);
    const vkey = vkeyText(copies.tenant);
    const { name, publicKey } = logKey('witness.example/w1', 5);
    const witness = { vkey: verifierKey(nodeHashing, name, publicKey, SIGNATURE_TYPE.cosignature) };
    const policy = join(folder, 'policy.txt');
    await writeFile(policy, formatTlogPolicy({ log: { vkey }, witnesses: [witness], quorum: 1 }));
    const found = await countersign('log', 'verify', place, '--vkey', vkey, '--policy', policy);
    expect(found).toMatchObject({ exit: 3, err: expect.stringContaining('not_witnessed') });
  });

  test('of the deployment’s log alone, too', async () => {
    const copies = copyOf(honest);
    const index = addUnknown(copies.deployment, { type: 'gateway.moved' });
    const place = join(await write('deployment', copies), 'deployment');
    expect(await countersign('log', 'verify', place, '--vkey', vkeyText(copies.deployment))).toMatchObject({
      exit: 4,
      document: { unknown: [{ log: 'deployment', type: 'gateway.moved', index, count: 1 }] },
    });
  });

  // Last: the broker's own log has the event from here on.
  test('log mirror and log statement exit with 4; the copy is complete, and goes on', async () => {
    const mirror = join(folder, 'mirror');
    const copy = () => countersign('log', 'mirror', mirror);
    expect(await copy()).toMatchObject({ exit: 0 });
    const { draft, forget } = laterEvent(NEW, broker.clock.now().toISOString());
    const { index } = await broker.host.store.forTenant('acme', (unit) => unit.log.append(draft));
    forget();
    expect(await copy()).toMatchObject({
      exit: 4,
      document: { verified: false, code: 'unknown_event', unknown: [{ log: 'acme', type: NEW, index }] },
    });
    expect(JSON.parse(await readFile(join(mirror, 'state.json'), 'utf8'))).toMatchObject({ size: index + 1 });
    expect(await copy()).toMatchObject({ exit: 4, document: { index } });
    const vkey = (await readFile(join(mirror, 'vkey'), 'utf8')).trim();
    expect(await countersign('log', 'verify', mirror, '--vkey', vkey)).toMatchObject({ exit: 4 });

    broker.clock.advance(120);
    const now = Date.parse(broker.clock.now().toISOString());
    const span = ['--from', toInstant(new Date(now - 3_600_000)), '--to', toInstant(new Date(now - 60_000))];
    const file = join(folder, 'statement');
    expect(await countersign('log', 'statement', ...span, '--out', file)).toMatchObject({ exit: 0 });
    expect(await copy()).toMatchObject({ exit: 4 });
    const check = ['log', 'statement', '--verify', file, '--vkey', vkey] as const;
    expect(await countersign(...check)).toMatchObject({ exit: 0 });
    expect(await countersign(...check, '--log', mirror)).toMatchObject({
      ...{ exit: 4, document: { verified: false, code: 'unknown_event', index } },
    });
  });
});
