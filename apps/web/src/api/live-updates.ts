import type { RequestState } from '@countersign/api';
import { STREAM_ALIVE } from '@countersign/contract';
import type { QueryKey } from '@tanstack/react-query';
import { invalidate, KEYS_OF_BLOCKS } from './query-client.js';

/** `open`: updates arrive as they happen. `lost`: what a page shows may be old. */
type StreamState = 'connecting' | 'open' | 'lost';

const RETRY_MS = 1_500;
/** The broker sends something once a second. After this silence the stream counts as lost: a frozen broker closes nothing. */
const SILENT_MS = 5_000;
/** Named here again, because the list of libs/api would bring its schemas into every page. The compiler finds a missing state. */
const REQUEST_STATES = Object.keys({
  awaiting_vendor: true,
  awaiting_customer: true,
  countered: true,
  notifying: true,
  approved: true,
  denied: true,
  cancelled: true,
  expired: true,
} satisfies Record<RequestState, true>);
const DISCLOSURE_CHANGES = ['late', 'given', 'acknowledged', 'disputed'];
const SUPERVISED = ['notified', 'paused', 'resumed', 'stopped'];
const GRANT_STATES = ['scheduled', 'active', 'ended', 'ending'];

/** The answers that change with the rules: which reviews a request needs, and whether it can still be approved. */
const KEYS_OF_RULES: readonly QueryKey[] = [['requests'], ['request']];

/** Which answers each kind of notice makes stale. */
const STALE_KEYS: Readonly<Record<string, (subject: string) => QueryKey[]>> = {
  ...Object.fromEntries(
    REQUEST_STATES.map((state) => [
      `request.${state}`,
      (subject: string) => [['request', subject], ['requests'], ['incident'], ['events']],
    ]),
  ),
  ...Object.fromEntries(
    GRANT_STATES.map((state) => [
      `grant.${state}`,
      (subject: string) => [['grant', subject], ['grants'], ['records', subject], ['events']],
    ]),
  ),
  ...Object.fromEntries(
    DISCLOSURE_CHANGES.map((change) => [`disclosure.${change}`, () => [['disclosures'], ['events']]]),
  ),
  'notice-address.confirmed': () => [['notice-addresses'], ['events']],
  'notice-address.removed': () => [['notice-addresses'], ['events']],
  ...Object.fromEntries(
    ['opened', 'due', 'failed'].map((change) => [`practice.${change}`, () => [['practices'], ['events']]]),
  ),
  ...Object.fromEntries(
    ['opened', 'due', 'closed'].map((change) => [
      `access-review.${change}`,
      () => [['access-reviews'], ['events']],
    ]),
  ),
  ...Object.fromEntries(
    SUPERVISED.map((done) => [
      `supervision.${done}`,
      (subject: string) => [['grant', subject], ['grants'], ['events']],
    ]),
  ),
  'demand.opening': (subject) => [['request', subject], ['requests']],
  'emergency.opening': (subject) => [['request', subject], ['requests'], ['disclosures']],
  ...Object.fromEntries(
    ['asked', 'answered', 'forwarded'].map((said) => [
      `request.${said}`,
      (subject: string) => [['request', subject], ['requests'], ['incident'], ['events']],
    ]),
  ),
  'request.outdated': (subject) => [['request', subject], ['requests']],
  'request.erased': (subject) => [['request', subject], ['requests']],
  ...Object.fromEntries(
    ['proposed', 'confirmed', 'withdrawn', 'applied', 'lapsed'].map((change) => [
      `widening.${change}`,
      () => [['widenings'], ['controls'], ['people'], ...KEYS_OF_RULES, ['events']],
    ]),
  ),
  'trust.adopted': () => [['trust'], ...KEYS_OF_RULES, ['events']],
  'trust.reset-used': () => [['trust'], ...KEYS_OF_RULES, ['events']],
  'trust.stopped': () => [['stops'], ...KEYS_OF_BLOCKS],
  'trust.lifted': () => [['stops'], ...KEYS_OF_BLOCKS],
  'access.recorded': (grant) => [['records', grant], ['grant', grant], ['grants'], ['events']],
};

let source: EventSource | undefined;
let retry: ReturnType<typeof setTimeout> | undefined;
let silence: ReturnType<typeof setTimeout> | undefined;
let state: StreamState = 'connecting';
const listeners = new Set<() => void>();

export const streamState = (): StreamState => state;

export function onStreamState(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Follows the broker's event stream until the returned function is called. The browser resumes a broken stream. */
export function followLiveUpdates(): () => void {
  connect();
  return () => {
    clearTimeout(retry);
    clearTimeout(silence);
    source?.close();
    source = undefined;
    setState('connecting');
  };
}

function connect(): void {
  const opened = new EventSource('/api/v1/stream');
  source = opened;
  // Something in between may keep the answer back, and then neither of the two events below comes.
  clearTimeout(silence);
  silence = setTimeout(() => setState('lost'), SILENT_MS);
  opened.onopen = () => {
    heard();
    // The page may have missed updates while it was not connected.
    void invalidate([]);
  };
  opened.addEventListener(STREAM_ALIVE, heard);
  opened.onerror = () => {
    clearTimeout(silence);
    setState('lost');
    if (opened.readyState !== EventSource.CLOSED) return;
    // The broker refused the stream and the browser gave up: the session may have ended.
    void invalidate(['session']);
    retry = setTimeout(connect, RETRY_MS);
  };
  for (const [kind, staleKeys] of Object.entries(STALE_KEYS))
    opened.addEventListener(kind, ({ data }: MessageEvent<string>) => {
      void invalidate(...staleKeys(subjectOf(data)));
    });
}

/** The broker has sent something. If it falls silent, the stream is opened again. */
function heard(): void {
  setState('open');
  clearTimeout(silence);
  silence = setTimeout(() => {
    setState('lost');
    source?.close();
    connect();
  }, SILENT_MS);
}

function subjectOf(data: string): string {
  const { subject, grant } = JSON.parse(data) as { subject?: string; grant?: string };
  return subject ?? grant ?? '';
}

function setState(next: StreamState): void {
  if (state === next) return;
  state = next;
  for (const listener of listeners) listener();
}
