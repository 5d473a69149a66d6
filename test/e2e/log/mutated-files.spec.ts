/** @soak */

import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parseAnchorFile, parseNote, parseVerifierKey, signaturesBy } from '@countersign/audit-log';
import { nodeHashing } from '@countersign/authorization';
import type { ApprovalStatement, Opening } from '@countersign/contract';
import { run } from '../../../apps/cli/src/main.js';
import { Terminal } from '../../../apps/cli/test/terminal.js';
import { AT } from '../../factories/trust.js';
import { claim, trustOf } from '../../support/claim.js';
import { Customer } from '../../support/customer.js';
import { eventually } from '../../support/eventually.js';
import { RecordingGateway } from '../../support/recorded-calls.js';
import { RunningWitness } from '../../support/running-witness.js';
import { samples } from '../../support/samples.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { THIS_MACHINE } from '../../support/this-machine.js';
import { TestBroker, TestClock } from '../harness.js';
import { expectStatus, makeRequest, mintToken, readRequest, review } from '../story.js';

/**
 * Whatever is changed in a file that the verifier reads, it says so: with a code, and never with a crash. A change is accepted only
 * where docs/log.md says that the verifier does not depend on it.
 */
let folder: string;
let broker: TestBroker;
let witness: RunningWitness;
/** Every file as it was written, by its path in the folder. */
const pristine = new Map<string, Buffer>();
let mirrored: string[];
let deploymentVkey: string | undefined;

const MIRROR = 'log';
const [STATE, ANCHOR, STATEMENT] = ['verified.state', 'anchor.json', 'acme.statement'];

async function countersign(...argv: string[]) {
  const env = { COUNTERSIGN_BROKER_URL: broker.url, COUNTERSIGN_API_KEY: broker.keys.tenantAdmin };
  const terminal = new Terminal(env, '', broker.clock);
  const exit = await run(argv, terminal);
  return { exit, err: terminal.err, text: `${terminal.out}${terminal.err}` };
}
const at = (path: string) => join(folder, path);
const verify = (...more: string[]) =>
  countersign('log', 'verify', at(MIRROR), '--anchor', at(ANCHOR), ...more);
const verifyStatement = () =>
  countersign('log', 'statement', '--verify', at(STATEMENT), '--anchor', at(ANCHOR), '--log', at(MIRROR));

beforeAll(async () => {
  folder = await tempFolder('mutated-files');
  broker = await TestBroker.start({
    clock: TestClock.awayFromMidnight(),
    outbound: THIS_MACHINE,
  });
  const vkey = (await broker.call('approver', 'GET', '/log/acme/vkey')).text.trim();
  witness = await RunningWitness.start(at('witness'), 'witness.acme.example/w1', [vkey]);
  const gateway = await RecordingGateway.enrol(broker);
  const ada = await Customer.of(broker, 'tenantAdmin');
  const bob = await Customer.of(broker, 'approver');
  const { hash: trust } = await claim([ada, bob], {
    approvals: 1,
    witnesses: [`${witness.vkey} ${witness.url}`],
  });
  broker.clock.advance(10);
  const request = await makeRequest(broker);
  expectStatus(await review(broker, 'reviewer', request), 201);
  const { id, digest } = request;
  const { statement } = await bob.ask<{ statement: ApprovalStatement }>(
    'GET',
    `/api/v1/requests/${id}/statement`,
  );
  const body = { decision: 'approve', digest, countersignature: bob.key.sign(statement, AT) };
  expectStatus(await bob.call('POST', `/api/v1/requests/${id}/reviews`, body), 201);
  const grant = String((await readRequest(broker, id)).grant);
  await mintToken(broker, grant);
  const person = broker.persons.engineer;
  const chain = gateway.chain({ grant, request: id, digest, person });
  const allowed = chain.add('allowed', { change: { trust } });
  await gateway.send(chain, [allowed, chain.add('outcome', { id: allowed.record.id }), chain.add('refused')]);
  broker.clock.advance(120);
  await gateway.send(chain, [chain.add('head')]);
  const anchor = await eventually('there is an anchor file', async () => (await trustOf(ada)).anchor);
  ({ deploymentVkey } = anchor);
  await writeFile(at(ANCHOR), `${JSON.stringify(anchor, null, 2)}\n`);
  const instant = (ago: number) =>
    `${new Date(broker.clock.now().getTime() - ago * 1_000).toISOString().slice(0, 19)}Z`;
  const span = ['--from', instant(3_600), '--to', instant(60)];
  expect(await countersign('log', 'statement', ...span, '--out', at(STATEMENT))).toMatchObject({ exit: 0 });
  await eventually('a cosignature', async () =>
    (await broker.call('approver', 'GET', '/log/acme/checkpoint')).text.includes('witness.acme'),
  );
  expect(await countersign('log', 'mirror', at(MIRROR), '--anchor', at(ANCHOR))).toMatchObject({ exit: 0 });
  expect(await verify('--state', at(STATE))).toMatchObject({ exit: 0 });
  expect(await verifyStatement()).toMatchObject({ exit: 0 });
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !path.includes('/witness/'))
      pristine.set(relative(folder, path), await readFile(path));
  }
  mirrored = [...pristine.keys()].filter((path) => path.startsWith(`${MIRROR}/`));
}, 60_000);
afterAll(async () => {
  await witness.stop();
  await broker.close();
  await removeFolder(folder);
});

type Random = (below: number) => number;

/** Mulberry32. */
function randomness(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const VALUES = [null, 0, 1, -1, 2 ** 53, 1e300, '', '../..', [], {}, true, [null], { length: 1 }];

/** Replaces, removes, adds or moves a member somewhere in a JSON value. */
function mutateJson(value: unknown, random: Random): unknown {
  if (typeof value !== 'object' || value === null) return VALUES[random(VALUES.length)];
  const entries = Object.entries(value);
  const [name] = entries[random(Math.max(1, entries.length))] ?? ['', undefined];
  const put = (changed: [string, unknown][]) =>
    Array.isArray(value) ? changed.map(([, each]) => each) : Object.fromEntries(changed);
  const others = entries.filter(([each]) => each !== name);
  switch (random(6)) {
    case 0:
      return put(others);
    case 1:
      return put([...entries, [`x${random(9)}`, VALUES[random(VALUES.length)]]]);
    case 2:
      return put([...others, [name, VALUES[random(VALUES.length)]]]);
    case 3:
      // The value of a sibling, which has its form.
      return put([...others, [name, entries[random(entries.length)]?.[1]]]);
    default:
      return put(entries.map(([each, inner]) => [each, each === name ? mutateJson(inner, random) : inner]));
  }
}

/** One change of a file. Null deletes it. */
function mutate(bytes: Buffer, other: Buffer, random: Random): Buffer | null {
  const place = random(bytes.length + 1);
  const length = 1 + random(8);
  const scrap = Buffer.from(Array.from({ length }, () => random(256)));
  switch (random(9)) {
    case 0:
      return null;
    case 1:
      return bytes.subarray(0, place);
    case 2:
      return Buffer.concat([bytes.subarray(0, place), scrap, bytes.subarray(place)]);
    case 3:
      return Buffer.concat([bytes.subarray(0, place), bytes.subarray(place + length)]);
    case 4:
      return other;
    case 5: {
      const lines = bytes.toString('latin1').split('\n');
      const [one, two] = [random(lines.length), random(lines.length)];
      lines.splice(one, random(2), ...lines.slice(two, two + random(3)));
      return Buffer.from(lines.join('\n'), 'latin1');
    }
    case 6:
    case 7:
      try {
        return Buffer.from(JSON.stringify(mutateJson(JSON.parse(bytes.toString('utf8')), random)));
      } catch {
        // No JSON: a bit instead.
      }
  }
  const changed = Buffer.from(bytes);
  const bit = random(Math.max(1, bytes.length * 8));
  if (changed.length > 0) changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return changed;
}

/**
 * What the verifier does not depend on, by docs/log.md: keys that the anchor file has, what `log mirror` keeps for itself, and what
 * the witnesses of a log without witnesses have signed.
 */
const INFORMATIVE = /^log\/(?:(?:deployment\/)?(?:vkey|state\.json|openings\/wanted)|deployment\/cosigned)$/;
/** A statement is about leaves, and no leaf has a value. */
const NOT_OF_STATEMENTS = /\/(?:openings\/\d+|cosigned)$/;

/** What the verifier reads of a file; two files with the same are the same to it. */
function readOf(path: string, bytes: Buffer | null, isStatement: boolean): unknown {
  if (INFORMATIVE.test(path) || (isStatement && NOT_OF_STATEMENTS.test(path))) return 'informative';
  // Without a state it is a first run, and says so.
  if (path === STATE && bytes === null) return JSON.parse(String(pristine.get(path)));
  // Without these there is less to verify: nothing was pruned, a value is not opened, the newest checkpoint is cosigned anyway.
  if (bytes === null && /minimum-index$|deployment\/openings\/|cosigned$/.test(path)) return 'less';
  if (bytes === null) return null;
  const text = bytes.toString('utf8');
  try {
    // A file without the key of the deployment's log is an older one: then the mirror's key counts.
    if (path === ANCHOR) {
      const anchor = { deploymentVkey, ...parseAnchorFile(text) };
      // A statement says nothing about the trust document.
      return isStatement ? { ...anchor, trust: null } : anchor;
    }
    if (path === STATE) return JSON.parse(text);
    if (path.endsWith('checkpoint') || path === STATEMENT) return noteOf(text);
    if (path.endsWith('cosigned')) return cosignedOf(text);
    if (path.endsWith('minimum-index')) return Math.floor(Number(/^(\d+)\n$/.exec(text)?.[1] ?? -1) / 256);
    if (path.includes('/openings/')) return openingsOf(text);
  } catch {
    // Not readable: it is what it is.
  }
  return bytes.toString('latin1');
}

/** Of an opening the value and the salt count, whatever it has beside them. */
function openingsOf(text: string): Record<string, Opening> {
  const { openings } = JSON.parse(text) as { openings: Record<string, Opening> };
  const counting = Object.entries(openings).map(([name, { value, salt }]) => [name, { value, salt }]);
  return Object.fromEntries(counting);
}

/** A signed note: signatures of others, and repeated ones, say nothing. */
function noteOf(note: string) {
  const { text, signatures } = parseNote(note);
  const own = signatures
    .filter(({ name }) => name.startsWith('countersign/'))
    .map((each) => JSON.stringify(each));
  return { text, own: [...new Set(own)] };
}

/** The checkpoints that carry a signature of the witness. A verifier ignores the others. */
const cosignedOf = (text: string): string[] =>
  (JSON.parse(text) as { checkpoints: string[] }).checkpoints.flatMap((note) => {
    const { text: signed, signatures } = parseNote(note);
    const key = parseVerifierKey(nodeHashing, witness.vkey);
    const own = signaturesBy({ text: signed, signatures }, key).map((each) => JSON.stringify(each));
    return own.length === 0 ? [] : [JSON.stringify([signed, own])];
  });

/** Whether the verifier reads the same, or less of what it can do without. */
function isAlike(path: string, before: Buffer, after: Buffer | null, isStatement: boolean): boolean {
  const [was, is] = [readOf(path, before, isStatement), readOf(path, after, isStatement)];
  if (is === 'less' || isDeepStrictEqual(was, is)) return true;
  // The deployment's log opens to a tenant what it likes.
  if (/deployment\/openings\//.test(path) && isObject(was) && isObject(is))
    return Object.entries(is).every(([name, opening]) => isDeepStrictEqual(opening, was[name]));
  // The newest checkpoint is cosigned, too.
  return (
    path.endsWith('cosigned') && Array.isArray(is) && is.every((each) => (was as string[]).includes(each))
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const KINDS = ['mirror', 'state', 'anchor', 'statement'] as const;
type Kind = (typeof KINDS)[number];

function fileOf(kind: Kind, random: Random): string {
  if (kind === 'mirror') return mirrored[random(mirrored.length)] ?? '';
  return { state: STATE, anchor: ANCHOR, statement: STATEMENT }[kind] ?? '';
}

async function restore(path: string): Promise<void> {
  await rm(at(`${STATE}.partial`), { force: true });
  for (const each of new Set([path, STATE ?? ''])) {
    await mkdir(dirname(at(each)), { recursive: true });
    await writeFile(at(each), pristine.get(each) ?? '');
  }
}

const seedOf = () => Number(process.env['COUNTERSIGN_TEST_SEED'] ?? Date.now() % 0x7fff_ffff);

test('P10: no change of a mirror, state, anchor file or statement is accepted, and none crashes the verifier', async () => {
  const seed = seedOf();
  const random = randomness(seed);
  const wrong: string[] = [];
  const seen: Record<string, number> = {};
  const paths = [...pristine.keys()].filter((each) => !each.endsWith('state.json'));
  for (let turn = 0; turn < samples('mutatedLogFiles'); turn += 1) {
    const kind = KINDS[turn % KINDS.length] as Kind;
    const path = fileOf(kind, random);
    const before = pristine.get(path) ?? Buffer.alloc(0);
    const other = pristine.get(paths[random(paths.length)] ?? '') ?? Buffer.alloc(0);
    const after = mutate(before, other, random);
    const isStatement = kind === 'statement' || (kind !== 'state' && random(3) === 0);
    const hasState = kind === 'state' || random(2) === 0;
    if (after === null) await rm(at(path));
    else await writeFile(at(path), after);
    const { exit, err, text } = isStatement
      ? await verifyStatement()
      : await verify(...(hasState ? ['--state', at(STATE ?? '')] : []));
    await restore(path);
    const what = `${kind} ${path}, ${isStatement ? 'statement' : 'log'}${hasState ? ' with state' : ''}`;
    const isSame = isAlike(path, before, after, isStatement);
    const code = /error\[([a-z_]+)\]/.exec(err)?.[1] ?? 'accepted';
    seen[code] = (seen[code] ?? 0) + 1;
    const isCrash = code === 'internal' || /\n\s+at |TypeError|RangeError|Cannot read/.test(text);
    if (isCrash || exit === null || (exit === 0 && !isSame) || (exit !== 0 && code === 'accepted'))
      wrong.push(
        `seed ${seed}, turn ${turn}: ${what}: exit ${exit} ${code}: ${text.slice(0, 300)} BYTES ${after === null ? 'deleted' : JSON.stringify(after.toString('latin1').slice(0, 700))}`,
      );
  }
  if (process.env['COUNTERSIGN_TEST_SHOW'] !== undefined) console.log(JSON.stringify(seen));
  expect(wrong).toEqual([]);
}, 1_800_000);
