import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FeedGrant } from '@countersign/gateway-protocol';
import { ActiveGrants } from './active-grants.js';
import { DigestLedger } from './digest-ledger.js';

const T0 = Date.parse('2026-11-24T15:00:00Z');
const HOUR = 3_600_000;
const instant = (time: number) => new Date(time).toISOString().replace('.000', '');
const digest = (index: number) => `sha256:${index.toString(16).padStart(64, '0')}`;
const grant = (index: number, change: Partial<FeedGrant> = {}): FeedGrant => ({
  id: 'grt_0199f0a0-7b2c-7004-8000-000000000004',
  digest: digest(index),
  tenant: 'acme',
  service: 'billing',
  startsAt: instant(T0),
  endsAt: instant(T0 + HOUR),
  budget: null,
  until: instant(T0 + 13 * HOUR),
  ...change,
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ledger-'));
});
afterEach(() => rm(folder, { recursive: true }));
const path = () => join(folder, 'digests.jsonl');

describe('the digest ledger', () => {
  test('P6: an ended digest stays ended over restarts, until its terms could not be open any more', async () => {
    const ledger = await DigestLedger.load(folder);
    ledger.begin([grant(1), grant(2)]);
    ledger.end([{ digest: digest(1) }], T0);
    await ledger.flush();
    const again = await DigestLedger.load(folder);
    expect([again.hasEnded(digest(1)), again.hasEnded(digest(2))]).toEqual([true, false]);
    expect([again.admits(grant(1)), again.admits(grant(2)), again.admits(grant(3))]).toEqual([
      false,
      true,
      true,
    ]);
    // After the grant's own window, but a broker that forgot these terms could still approve them again.
    again.forget(T0 + 12 * HOUR);
    expect(again.hasEnded(digest(1))).toBe(true);
    again.forget(T0 + 13 * HOUR + 1);
    expect(again.size).toBe(0);
  });

  test('P6: a digest that ended while the gateway was down stays ended, even if a restored store lists it again', async () => {
    const ledger = await DigestLedger.load(folder);
    new ActiveGrants(ledger, () => undefined).replace([grant(1), grant(2)], T0);
    await ledger.flush();
    const again = await DigestLedger.load(folder);
    const grants = new ActiveGrants(again, () => undefined);
    grants.replace([grant(2)], T0);
    await again.flush();
    grants.replace([grant(1), grant(2)], T0);
    expect([grants.get(digest(1)), grants.hasEnded(digest(1))]).toEqual([undefined, true]);
    expect(grants.get(digest(2))).toBeDefined();
    expect((await DigestLedger.load(folder)).hasEnded(digest(1))).toBe(true);
  });

  test('the start of a digest’s window never changes', async () => {
    const ledger = await DigestLedger.load(folder);
    ledger.begin([grant(1)]);
    ledger.begin([grant(1, { startsAt: instant(T0 + HOUR) })]);
    await ledger.flush();
    const again = await DigestLedger.load(folder);
    expect(again.admits(grant(1, { startsAt: instant(T0 + HOUR) }))).toBe(false);
    expect(again.admits(grant(1))).toBe(true);
  });

  test('P12: a life that the feed states too short is extended to that of the verified terms, before and after the digest’s end', async () => {
    const ledger = await DigestLedger.load(folder);
    const early = grant(1, { until: instant(T0 + 1_000) });
    const known = { id: early.id, digest: early.digest, startsAt: T0 };
    ledger.begin([early]);
    expect(ledger.extend(known, T0 + HOUR)).toBe(true);
    expect([ledger.extend(known, T0 + HOUR), ledger.extend(known, T0)]).toEqual([false, false]);
    ledger.end([{ digest: early.digest, until: instant(T0 + 1_000) }], T0);
    await ledger.flush();
    const again = await DigestLedger.load(folder);
    again.forget(T0 + HOUR - 1);
    expect([again.hasEnded(early.digest), again.admits(early)]).toEqual([true, false]);
    again.forget(T0 + HOUR + 1);
    expect(again.size).toBe(0);
    // Forgotten while it is still open: the life in its token counts, and its window does not move.
    expect(again.extend(known, T0 + 2 * HOUR)).toBe(true);
    expect(again.admits(grant(1, { startsAt: instant(T0 + 1_000) }))).toBe(false);
  });

  test('a spent change stays spent over restarts and its grant’s end, until its terms could not be open any more', async () => {
    const ledger = await DigestLedger.load(folder);
    const known = (index: number) => ({ id: grant(index).id, digest: digest(index), startsAt: T0 });
    ledger.begin([grant(1), grant(2), grant(3)]);
    ledger.spend(known(1), T0 + 14 * HOUR);
    ledger.spend(known(2), T0 + HOUR);
    ledger.unspend(digest(2));
    ledger.unspend(digest(3));
    ledger.end([{ digest: digest(1) }, { digest: digest(3), reason: 'exhausted' }], T0);
    ledger.spend(known(4), T0 + HOUR);
    await ledger.flush();
    const again = await DigestLedger.load(folder);
    expect([1, 2, 3, 4, 5].map((index) => again.isSpent(digest(index)))).toEqual([
      true,
      false,
      true,
      true,
      false,
    ]);
    expect([again.admits(grant(1)), again.admits(grant(2)), again.admits(grant(4))]).toEqual([
      false,
      true,
      true,
    ]);
    again.forget(T0 + 14 * HOUR);
    expect(again.isSpent(digest(1))).toBe(true);
    again.forget(T0 + 14 * HOUR + 1);
    expect(again.isSpent(digest(1))).toBe(false);
  });

  test('the end of a digest whose window was never seen counts too', async () => {
    const ledger = await DigestLedger.load(folder);
    ledger.end([{ digest: digest(7), until: instant(T0 + HOUR) }, { digest: digest(8) }], T0);
    await ledger.flush();
    const again = await DigestLedger.load(folder);
    expect([again.admits(grant(7)), again.admits(grant(8))]).toEqual([false, false]);
    again.forget(T0 + 2 * HOUR);
    expect([again.hasEnded(digest(7)), again.hasEnded(digest(8))]).toEqual([false, true]);
  });

  test('a torn last line is skipped, and later lines are kept; earlier damage prevents the start', async () => {
    const ledger = await DigestLedger.load(folder);
    ledger.end([{ digest: digest(1) }], T0);
    await ledger.flush();
    await appendFile(path(), '{"digest":"sha256:00');
    const again = await DigestLedger.load(folder);
    expect(again.hasEnded(digest(1))).toBe(true);
    again.end([{ digest: digest(2) }], T0);
    await again.flush();
    const third = await DigestLedger.load(folder);
    expect([third.hasEnded(digest(1)), third.hasEnded(digest(2))]).toEqual([true, true]);
    const text = await readFile(path(), 'utf8');
    await writeFile(path(), text.replace('"ended":true', '"ended":maybe'));
    await expect(DigestLedger.load(folder)).rejects.toThrow();
  });

  test('a failing disk is reported, and nothing is lost when it works again', async () => {
    const ledger = await DigestLedger.load(folder);
    ledger.begin([grant(1)]);
    await ledger.flush();
    await rm(folder, { recursive: true });
    ledger.end([{ digest: digest(1) }], T0);
    await expect(ledger.flush()).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(readFile(path(), 'utf8')).rejects.toThrow('ENOENT');
    await mkdir(folder);
    ledger.begin([grant(2)]);
    await ledger.flush();
    const again = await DigestLedger.load(folder);
    expect([again.admits(grant(1)), again.admits(grant(2))]).toEqual([false, true]);
  });

  test('does not grow with forgotten digests', async () => {
    const ledger = await DigestLedger.load(folder);
    for (let round = 0; round < 12; round += 1) {
      ledger.begin(Array.from({ length: 2_000 }, (_, index) => grant(round * 2_000 + index)));
      await ledger.flush();
      ledger.forget(T0 + 14 * HOUR);
    }
    ledger.begin([grant(99_999)]);
    await ledger.flush();
    expect((await readFile(path(), 'utf8')).split('\n').length).toBeLessThan(12_000);
    expect((await DigestLedger.load(folder)).admits(grant(99_999, { startsAt: instant(T0 + 1_000) }))).toBe(
      false,
    );
  });
});
