import { STALE_ANSWERS, STREAM_ALIVE, type StaleAnswers } from '@countersign/contract';
import { invalidate } from './query-client.js';

/** `open`: updates arrive as they happen. `lost`: what a page shows may be old. */
type StreamState = 'connecting' | 'open' | 'lost';

const RETRY_MS = 1_500;
/** The broker sends something once a second. After this silence the stream counts as lost: a frozen broker closes nothing. */
const SILENT_MS = 5_000;
/** The answers that are stale once calls under a grant were recorded. The stream says so, without a notice. */
const STALE_WITH_CALLS = { one: ['records', 'grant'], all: ['grants', 'events'] };

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
    noteEvent();
    // The page may have missed updates while it was not connected.
    void invalidate([]);
  };
  opened.addEventListener(STREAM_ALIVE, noteEvent);
  opened.onerror = () => {
    clearTimeout(silence);
    setState('lost');
    if (opened.readyState !== EventSource.CLOSED) return;
    // The broker refused the stream and the browser gave up: the session may have ended.
    void invalidate(['session']);
    retry = setTimeout(connect, RETRY_MS);
  };
  for (const [kind, stale] of Object.entries(STALE_ANSWERS)) readAgain(opened, kind, stale);
  readAgain(opened, 'access.recorded', STALE_WITH_CALLS);
}

/** Reads again, at each event of this kind, what it makes stale. */
function readAgain(opened: EventSource, kind: string, { one = [], all }: StaleAnswers): void {
  opened.addEventListener(kind, ({ data }: MessageEvent<string>) => {
    const subject = subjectOf(data);
    void invalidate(...one.map((key) => [key, subject]), ...all.map((key) => [key]));
  });
}

/** The broker has sent something. If it falls silent, the stream is opened again. */
function noteEvent(): void {
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
