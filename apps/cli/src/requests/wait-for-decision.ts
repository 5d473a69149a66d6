import {
  type AccessRequest,
  type AccessRequestDetail,
  noticeEndpoints,
  requestEndpoints,
} from '@countersign/api';
import { STREAM_ALIVE } from '@countersign/contract';
import { sleep } from '@countersign/runtime';
import { waitsForLock } from '@countersign/wording';
import { createParser } from 'eventsource-parser';
import type { Api } from '../api/client.js';
import { fetchNamesIfPossible, formatPerson } from '../api/people.js';
import { CliError } from '../command/errors.js';
import type { Progress } from '../terminal/progress.js';
import { formatSeconds } from '../terminal/time.js';
import { describeState, isUndecided } from './request-text.js';

type WaitOptions = { progress: Pick<Progress, 'step' | 'waiting'>; signal: AbortSignal };

/** Failures that pass by themselves: waiting goes on. */
const TRANSIENT = new Set(['broker_unreachable', 'rate_limited', 'bad_answer']);

/**
 * Follows a request until it is decided, and prints each review and each change of state.
 * The event stream only says when to look; the request itself is fetched each time.
 *
 * @throws CliError `interrupted` on Ctrl-C (the request stays open), or the broker's refusal
 */
export async function waitForDecision(
  api: Api,
  pending: AccessRequest,
  { progress, signal }: WaitOptions,
): Promise<AccessRequest> {
  const changes = new ChangeSignal(api);
  let request = pending;
  let unreachable = false;
  progress.step(`Requested as ${request.id}. It ${describeState(request.state)}.`);
  progress.waiting(() =>
    unreachable ? 'The broker cannot be reached; still trying' : describeWaiting(request),
  );
  try {
    while (isUndecided(request)) {
      await changes.next(signal);
      if (signal.aborted)
        throw new CliError(
          'interrupted',
          `Stopped waiting. The request stays open: countersign show ${request.id}`,
        );
      const found = await fetchRequest(api, request.id);
      if (unreachable !== (found === undefined))
        progress.step(
          found === undefined ? 'The broker cannot be reached; still trying.' : 'The broker is back.',
        );
      unreachable = found === undefined;
      if (found === undefined) continue;
      for (const line of await describeChanges(api, request, found)) progress.step(line);
      request = found;
      // A stop or a lock may be lifted while the request waits.
      if (isUndecided(found) && found.outdated != null && !waitsForLock(found.outdatedBy))
        throw new CliError(
          'outdated',
          `${found.outdated} Send the request again: the new one goes by the rules of today.`,
          { document: found },
        );
    }
    return request;
  } finally {
    changes.close();
  }
}

/** Undefined after a failure that passes by itself. */
async function fetchRequest(api: Api, id: string): Promise<AccessRequestDetail | undefined> {
  try {
    return await api.call(requestEndpoints.read, { params: { id } });
  } catch (error) {
    if (error instanceof CliError && TRANSIENT.has(error.code)) return undefined;
    throw error;
  }
}

async function describeChanges(api: Api, before: AccessRequest, after: AccessRequest): Promise<string[]> {
  const known = new Set(before.reviews.map(({ id }) => id));
  const added = after.reviews.filter(({ id }) => !known.has(id));
  // Without the names the ids are printed: waiting goes on.
  const names = await fetchNamesIfPossible(
    { json: false },
    api,
    added.map(({ person }) => person),
  );
  const reviews = added.map(({ side, person, decision, reason }) => {
    const did =
      { approve: 'approved', deny: 'denied', counter: 'made a counter-offer' }[decision] ?? decision;
    return `${side === 'vendor' ? 'Vendor reviewer' : 'Customer approver'} ${formatPerson(person, names)} ${did}${reason === null ? '' : `: ${reason}`}.`;
  });
  if (before.state === after.state) return reviews;
  return [
    ...reviews,
    isUndecided(after) ? `It now ${describeState(after.state)}.` : `The request is ${after.state}.`,
  ];
}

function describeWaiting({ state, needs, tenant, lapsesAt }: AccessRequest): string {
  const byVendor = state === 'awaiting_vendor';
  const { required, approved } = byVendor ? needs.vendor : needs.customer;
  const secondsLeft = (Date.parse(lapsesAt) - Date.now()) / 1000;
  return `${approved} of ${required} approvals by ${byVendor ? 'the vendor' : tenant} · lapses in ${formatSeconds(secondsLeft)}`;
}

/** How long to wait for an event without a stream, and with one (in case an event was lost). */
const POLL_MS = 1000;
const IDLE_MS = 5000;

/** Says when it is time to look at the request again. The content of the events is ignored. */
class ChangeSignal {
  private readonly stop = new AbortController();
  private connected = false;
  private pending = false;
  private wake: (() => void) | undefined;

  constructor(private readonly api: Pick<Api, 'openStream'>) {
    void this.listen();
  }

  /** Resolves at the next event, after a pause, or on abort; at once if an event came since the last call. */
  async next(signal: AbortSignal): Promise<void> {
    if (!this.pending && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          // The signal outlives the wait: a listener that stayed would be one more with each look.
          signal.removeEventListener('abort', wake);
          resolve();
        };
        const timer = setTimeout(wake, this.connected ? IDLE_MS : POLL_MS);
        signal.addEventListener('abort', wake, { once: true });
        this.wake = wake;
      });
    }
    this.pending = false;
    this.wake = undefined;
  }

  close(): void {
    this.stop.abort();
    this.wake?.();
  }

  /** Connects again and again until `close`. The pause between attempts does not keep the process alive. */
  private async listen(): Promise<void> {
    while (!this.stop.signal.aborted) {
      await this.readStream().catch(() => undefined);
      this.connected = false;
      await sleep(IDLE_MS, this.stop.signal, false);
    }
  }

  private async readStream(): Promise<void> {
    const response = await this.api.openStream(noticeEndpoints.stream, this.stop.signal);
    this.connected = true;
    const parser = createParser({ onEvent: ({ event }) => event !== STREAM_ALIVE && this.notify() });
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? [])
      parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
  }

  private notify(): void {
    this.pending = true;
    this.wake?.();
  }
}
