import { queryClient } from './query-client.js';

/** `open`: news arrive as they happen. `lost`: what is shown may be old. */
export type StreamState = 'connecting' | 'open' | 'lost';

const RETRY_MS = 1_500;
/** The kinds of notices that pages show; each makes the answers under these keys stale. */
const STALE: Readonly<Record<string, (subject: string) => string[][]>> = {
  ...Object.fromEntries(
    ['awaiting_vendor', 'awaiting_customer', 'countered', 'approved', 'denied', 'cancelled', 'expired'].map(
      (state) => [`request.${state}`, (subject: string) => [['request', subject], ['requests']]],
    ),
  ),
  ...Object.fromEntries(
    ['scheduled', 'active', 'ended', 'ending'].map((state) => [
      `grant.${state}`,
      (subject: string) => [['grant', subject], ['grants'], ['records', subject]],
    ]),
  ),
  'access.recorded': (grant) => [['records', grant], ['grant', grant], ['grants']],
};

let source: EventSource | undefined;
let retry: ReturnType<typeof setTimeout> | undefined;
let state: StreamState = 'connecting';
const listeners = new Set<() => void>();

export const streamState = (): StreamState => state;

export function onStreamState(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Follows the broker's news until the returned function is called. The browser resumes a stream that breaks. */
export function followNews(): () => void {
  connect();
  return () => {
    clearTimeout(retry);
    source?.close();
    source = undefined;
    become('connecting');
  };
}

function connect(): void {
  const opened = new EventSource('/api/v1/stream');
  source = opened;
  opened.onopen = () => {
    become('open');
    // Whatever happened while nobody listened is read anew.
    void queryClient.invalidateQueries();
  };
  opened.onerror = () => {
    become('lost');
    if (opened.readyState !== EventSource.CLOSED) return;
    // Refused with an answer: the browser has given up, and the session may be over.
    void queryClient.invalidateQueries({ queryKey: ['session'] });
    retry = setTimeout(connect, RETRY_MS);
  };
  for (const [kind, keys] of Object.entries(STALE))
    opened.addEventListener(kind, ({ data }: MessageEvent<string>) => {
      for (const queryKey of keys(subjectOf(data))) void queryClient.invalidateQueries({ queryKey });
    });
}

function subjectOf(data: string): string {
  const { subject, grant } = JSON.parse(data) as { subject?: string; grant?: string };
  return subject ?? grant ?? '';
}

function become(next: StreamState): void {
  if (state === next) return;
  state = next;
  for (const listener of listeners) listener();
}
