import { STREAM_ALIVE } from '@countersign/contract';
import { jest } from '@jest/globals';
import { followLiveUpdates, streamState } from './live-updates.js';
import { queryClient } from './query-client.js';

/** A stream whose events the test sends. It opens when the test says so, as one of a frozen broker never does. */
class FakeEventSource {
  static readonly CLOSED = 2;
  static readonly opened: FakeEventSource[] = [];
  readyState = 0;
  onopen: () => void = () => {};
  onerror: () => void = () => {};
  private readonly listeners = new Map<string, (event: { data: string }) => void>();

  constructor() {
    FakeEventSource.opened.push(this);
  }
  addEventListener(kind: string, listener: (event: { data: string }) => void): void {
    this.listeners.set(kind, listener);
  }
  open(): void {
    this.readyState = 1;
    this.onopen();
  }
  alive(): void {
    this.send(STREAM_ALIVE, 1);
  }
  send(kind: string, data: unknown): void {
    this.listeners.get(kind)?.({ data: JSON.stringify(data) });
  }
  close(): void {
    this.readyState = FakeEventSource.CLOSED;
  }
}

const newest = (): FakeEventSource => FakeEventSource.opened.at(-1) as FakeEventSource;

beforeEach(() => {
  jest.useFakeTimers();
  FakeEventSource.opened.length = 0;
  Object.assign(globalThis, { EventSource: FakeEventSource });
});
afterEach(() => {
  jest.useRealTimers();
});

test('a broker that falls silent is lost after five seconds, though its connection stays open', () => {
  const leave = followLiveUpdates();
  newest().open();
  expect(streamState()).toBe('open');
  for (let second = 0; second < 10; second += 1) {
    jest.advanceTimersByTime(1_000);
    newest().alive();
  }
  expect(streamState()).toBe('open');
  expect(FakeEventSource.opened).toHaveLength(1);

  jest.advanceTimersByTime(4_999);
  expect(streamState()).toBe('open');
  jest.advanceTimersByTime(1);
  expect(streamState()).toBe('lost');
  expect(FakeEventSource.opened.map(({ readyState }) => readyState)).toEqual([FakeEventSource.CLOSED, 0]);

  newest().open();
  expect(streamState()).toBe('open');
  leave();
  jest.advanceTimersByTime(60_000);
  expect([streamState(), FakeEventSource.opened.length]).toEqual(['connecting', 2]);
});

test('a stream that the browser opens again by itself is not opened twice', () => {
  const leave = followLiveUpdates();
  newest().open();
  newest().onerror();
  expect(streamState()).toBe('lost');
  jest.advanceTimersByTime(60_000);
  newest().open();
  expect([streamState(), FakeEventSource.opened.length]).toEqual(['open', 1]);
  leave();
});

test.each(['trust.adopted', 'trust.stopped', 'trust.lifted', 'widening.applied', 'request.outdated'])(
  'after %s the lists of requests are read again: other rules may apply to them',
  (kind) => {
    const leave = followLiveUpdates();
    newest().open();
    queryClient.setQueryData(['requests', { state: 'awaiting_customer' }], []);
    queryClient.setQueryData(['request', 'req_1'], {});
    const isStale = (...key: unknown[]) => queryClient.getQueryState(key)?.isInvalidated;
    expect([isStale('requests', { state: 'awaiting_customer' }), isStale('request', 'req_1')]).toEqual([
      false,
      false,
    ]);
    newest().send(kind, { subject: 'req_1' });
    expect([isStale('requests', { state: 'awaiting_customer' }), isStale('request', 'req_1')]).toEqual([
      true,
      true,
    ]);
    leave();
    queryClient.clear();
  },
);
