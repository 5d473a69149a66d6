import { encodeBase64, type LeafV1, SIGNATURE_TYPE, verifierKey } from '@countersign/audit-log';
import { nodeHashing } from '@countersign/authorization';
import { logKey } from '../../factories/log-keys.js';
import { claim } from '../../support/claim.js';
import { Customer } from '../../support/customer.js';
import { type Copies, copiesOf, faultOf, type LogCopy, verifyCopies } from '../../support/log-copy.js';
import { TestBroker, TestClock } from '../harness.js';

/**
 * A trust document names three witnesses, which the broker submits checkpoints to. A vendor that shows a customer another log cannot
 * have them sign it, and calls that a delay. After a day it is a fault.
 */
const HOUR = 3_600_000;

const keys = [1, 2, 3].map((seed) => logKey(`witness.acme.example/w${seed}`, 20 + seed));
const vkeyOf = (key: (typeof keys)[number]) =>
  verifierKey(nodeHashing, key.name, key.publicKey, SIGNATURE_TYPE.cosignature);
const [first, second, third] = keys as [(typeof keys)[0], (typeof keys)[0], (typeof keys)[0]];

let broker: TestBroker;
let honest: Copies;
/** How many leaves the witnesses have cosigned. */
let cosigned: number;

beforeAll(async () => {
  broker = await TestBroker.start({ clock: TestClock.awayFromMidnight() });
  const people = [await Customer.of(broker, 'tenantAdmin'), await Customer.of(broker, 'approver')] as const;
  await claim(people, { approvals: 1, witnesses: keys.map((key) => `${vkeyOf(key)} http://127.0.0.1:9`) });
  honest = await copiesOf(broker);
  cosigned = honest.tenant.leaves.length;
}, 60_000);
afterAll(() => broker.close());

const lastAt = ({ leaves }: LogCopy) => Math.max(...leaves.map(({ at }) => Date.parse(at)));

/** The log some hours later, as a running broker has written it: a leaf each hour, and each midnight those of the day. */
function hoursLater(hours: number): Copies {
  const tenant = honest.tenant.copy();
  const begin = lastAt(tenant);
  for (let hour = 0; hour <= hours; hour += 1) addAt(tenant, begin + hour * HOUR + 1_000);
  return { tenant, deployment: honest.deployment };
}

function addAt(tenant: LogCopy, time: number): void {
  const at = new Date(time).toISOString();
  for (let day = tenant.dayToSeal; day < at.slice(0, 10); day = tenant.dayToSeal) {
    tenant.append({ type: 'log.sealed', at, actor: 'job', data: { day } });
    tenant.append({
      ...{ type: 'standing.stated', at, actor: 'job' },
      data: {
        ...{ day: at.slice(0, 10), zero: true, ways: [], more: 0, credentials: {} },
        ...{ gateways: [], moreGateways: 0, coverage: null },
      },
    });
  }
  tenant.append({ type: 'notice.retried', at, actor: 'job', data: {} });
}

const noteOf = (log: LogCopy, size: number, witnesses: typeof keys): string => {
  const shown = log.copy();
  shown.witnesses = witnesses;
  return Buffer.from(shown.source(size).files.get('checkpoint') ?? []).toString();
};

/** The log with the file `cosigned`. */
function withNotes({ tenant, deployment }: Copies, checkpoints: unknown) {
  const source = tenant.source();
  source.files.set('cosigned', Buffer.from(JSON.stringify({ checkpoints })));
  return [{ tenant, deployment }, { log: { source, key: tenant.vkey } }] as const;
}

const unwitnessed = async (copies: Copies, checkpoints: unknown = []) =>
  (await verifyCopies(...withNotes(copies, checkpoints))).unwitnessed;

describe('P10: leaves that a majority of the witnesses has not cosigned', () => {
  test('are a note for a day, and then a fault that names the first of them and who is missing', async () => {
    const notes = [noteOf(honest.tenant, cosigned, [first, second])];
    const soon = await verifyCopies(...withNotes(hoursLater(23), notes));
    expect(soon.unwitnessed).toBeNull();
    expect(soon.warnings).toContainEqual(expect.objectContaining({ code: 'not_witnessed' }));
    const late = hoursLater(25);
    const begin = late.tenant.leaves[cosigned] as LeafV1;
    expect(await unwitnessed(late, notes)).toEqual({
      ...{ index: cosigned, since: begin.at },
      missing: keys.map(({ name }) => name),
    });
  });

  test('are none if two of three have signed, each another checkpoint, and are if one of three has', async () => {
    const late = hoursLater(30);
    const size = late.tenant.leaves.length;
    const [old, near, newest] = [cosigned, size - 3, size - 2].map((at, place) =>
      noteOf(late.tenant, at, [keys[place] as typeof first]),
    );
    expect(await unwitnessed(late, [old, near, newest])).toBeNull();
    expect(await unwitnessed(late, [old, newest])).toMatchObject({ missing: [first.name, second.name] });
    late.tenant.witnesses = [first, second];
    expect(await unwitnessed(late)).toBeNull();
  });

  test('without any cosignature count from the adoption of the document', async () => {
    expect(await unwitnessed(hoursLater(23))).toBeNull();
    expect(await unwitnessed(hoursLater(25))).toMatchObject({ index: 0 });
  });

  test('are no fault while no broker ran, nor because of a leaf that is dated a little before those it follows', async () => {
    const notes = [noteOf(honest.tenant, cosigned, keys)];
    const rested = { tenant: honest.tenant.copy(), deployment: honest.deployment };
    addAt(rested.tenant, lastAt(honest.tenant) + 100 * HOUR);
    addAt(rested.tenant, lastAt(honest.tenant) + 110 * HOUR);
    expect(await unwitnessed(rested, notes)).toBeNull();
    const late = hoursLater(23);
    const begin = late.tenant.leaves[cosigned] as LeafV1;
    addAt(late.tenant, Date.parse(begin.at) + 24 * HOUR - 20_000);
    late.tenant.insert(cosigned, { ...begin, at: new Date(Date.parse(begin.at) - 50_000).toISOString() });
    expect(await unwitnessed(late, notes)).toBeNull();
  });

  test('are not covered by the checkpoint of a later log, of another log, or by another’s signature', async () => {
    const late = hoursLater(25);
    const longer = hoursLater(40).tenant;
    const stranger = logKey(first.name, 99);
    for (const notes of [
      [noteOf(longer, longer.leaves.length, keys)],
      [noteOf(late.tenant.copy(`${late.tenant.origin}/2`), late.tenant.leaves.length - 1, keys)],
      [noteOf(late.tenant, late.tenant.leaves.length - 1, [stranger])],
    ])
      expect(await unwitnessed(late, notes)).toMatchObject({ index: expect.any(Number) });
  });

  test('a witness that has cosigned another root of this log shows the fork', async () => {
    const other = honest.tenant.copy();
    other.edit(cosigned - 1, { actor: 'host' });
    expect(await faultOf(...withNotes(hoursLater(1), [noteOf(other, cosigned, [third])]))).toBe('forked');
  });

  test.each<[string, unknown]>([
    ['no list', null],
    ['numbers', [1]],
    ['texts that are no notes', ['nothing']],
  ])('a file of %s is a fault', async (_what, notes) => {
    expect(await faultOf(...withNotes(hoursLater(1), notes))).toBe('bad_cosignature');
  });

  test('a wrong cosignature is a fault', async () => {
    const note = noteOf(honest.tenant, cosigned, [first]);
    const forged = note.replace(/ (\S+)\n$/, (_all, signature: string) => {
      const bytes = Buffer.from(signature, 'base64');
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      return ` ${encodeBase64(bytes)}\n`;
    });
    expect(await faultOf(...withNotes(hoursLater(1), [forged]))).toBe('bad_cosignature');
  });
});
