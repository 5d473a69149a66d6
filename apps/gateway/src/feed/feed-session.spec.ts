import type { FeedEvent, FeedPlace } from '@countersign/gateway-protocol';
import { FeedSession } from './feed-session.js';

const GATEWAY = 'gtw_01980000-0000-7000-8000-000000000001';
const NONCE = Buffer.alloc(32, 1).toString('base64url');
const head = (epoch: number, seq: number) => ({
  epoch,
  seq,
  time: '2026-11-24T15:00:00.000Z',
  gateway: GATEWAY,
});
const empty = { issuer: 'x', grants: [], services: [], routeMaps: [], keys: [], tenants: [], locks: [] };
const snapshot = (seq: number, epoch = 1, nonce = NONCE): FeedEvent => ({
  ...head(epoch, seq),
  type: 'snapshot',
  data: { nonce, ...empty },
});
const resume = (seq: number): FeedEvent => ({ ...head(1, seq), type: 'resume', data: { nonce: NONCE } });
const change = (seq: number, epoch = 1): FeedEvent => ({ ...head(epoch, seq), type: 'change', data: {} });
const heartbeat = (seq: number): FeedEvent => ({ ...head(1, seq), type: 'heartbeat', data: {} });
const session = (applied?: FeedPlace, highest: FeedPlace | undefined = applied) =>
  new FeedSession(GATEWAY, NONCE, { applied, highest });
const refused = expect.objectContaining({ code: 'invalid_event' });

describe('FeedSession', () => {
  test('follows a snapshot, its changes one by one, and heartbeats of the current place', () => {
    const s = session();
    const steps = [snapshot(4), heartbeat(4), change(5), heartbeat(5), change(6)].map(
      (event) => s.validate(event).do,
    );
    expect(steps).toEqual(['begin', 'hear', 'change', 'hear', 'change']);
  });

  test('resumes from exactly the place that was applied', () => {
    const s = session({ epoch: 1, seq: 4 });
    expect([resume(4), change(5)].map((event) => s.validate(event).do)).toEqual(['begin', 'change']);
    expect(() => session({ epoch: 1, seq: 4 }).validate(resume(5))).toThrow(refused);
    expect(() => session(undefined, { epoch: 1, seq: 4 }).validate(resume(4))).toThrow(refused);
  });

  test.each<[string, FeedEvent[]]>([
    ['a first event that is a heartbeat', [heartbeat(0)]],
    ['a first event that is a change', [change(1)]],
    [
      'a snapshot with another nonce, as a replayed one has',
      [snapshot(4, 1, Buffer.alloc(32, 2).toString('base64url'))],
    ],
    ['a gap', [snapshot(4), change(6)]],
    ['a change that is repeated', [snapshot(4), change(5), change(5)]],
    ['a heartbeat ahead: a change was dropped on the way', [snapshot(4), heartbeat(5)]],
    ['a heartbeat behind', [snapshot(4), change(5), heartbeat(4)]],
    ['another epoch on the way', [snapshot(4), change(5, 2)]],
    ['a second snapshot', [snapshot(4), snapshot(4)]],
    ['an event for another gateway', [{ ...snapshot(4), gateway: GATEWAY.replace('1', '2') }]],
  ])('P6: ends the connection on %s', (_, events) => {
    const s = session();
    for (const event of events.slice(0, -1)) s.validate(event);
    expect(() => s.validate(events.at(-1)!)).toThrow(refused);
  });

  test('P6: never goes back below the place on disk, in seq or epoch; a later epoch may start at any seq', () => {
    const at = (place: FeedPlace) => session(undefined, place);
    expect(() => at({ epoch: 1, seq: 5 }).validate(snapshot(4))).toThrow(refused);
    expect(() => at({ epoch: 2, seq: 0 }).validate(snapshot(99, 1))).toThrow(refused);
    expect(at({ epoch: 1, seq: 5 }).validate(snapshot(5)).do).toBe('begin');
    expect(at({ epoch: 1, seq: 5 }).validate(snapshot(0, 2)).do).toBe('begin');
  });
});
