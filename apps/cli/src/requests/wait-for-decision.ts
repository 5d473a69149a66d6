import { sleep } from '@countersign/runtime';
import { createParser } from 'eventsource-parser';
import { type Api, segment } from '../api/client.js';
import { type RequestAnswer, requestShape } from '../api/shapes.js';
import { CliError } from '../command/errors.js';
import type { Progress } from '../terminal/progress.js';
import { humanSeconds } from '../terminal/text.js';
import { stateWords } from './request-text.js';

type Waiting = { progress: Pick<Progress, 'step' | 'waiting'>; signal: AbortSignal; wakeUps?: WakeUps };

const isOpen = ({ state }: RequestAnswer): boolean => state.startsWith('awaiting_') || state === 'countered';

/** Answers that pass by themselves; waiting goes on over them. */
const PASSING = new Set(['broker_unreachable', 'rate_limited', 'bad_answer']);

/**
 * Follows a request until it is decided, telling each review and each change of state as it comes.
 * The event stream only wakes; the request itself is the truth.
 *
 * @throws CliError `interrupted` on Ctrl-C (the request stays as it is), or what the broker refuses with
 */
export async function waitForDecision(
  api: Api,
  asked: RequestAnswer,
  waiting: Waiting,
): Promise<RequestAnswer> {
  const { progress, signal } = waiting;
  const wakeUps = waiting.wakeUps ?? new WakeUps(api);
  let request = asked;
  let away = false;
  progress.step(`Asked as ${request.id}. It ${stateWords(request.state)}.`);
  progress.waiting(() => (away ? 'The broker cannot be reached; still trying' : waitingLine(request)));
  try {
    while (isOpen(request)) {
      await wakeUps.next(signal);
      if (signal.aborted) {
        throw new CliError(
          'interrupted',
          `Stopped waiting. The request stands: countersign show ${request.id}`,
        );
      }
      const found = await look(api, request.id);
      if (away !== (found === undefined))
        progress.step(
          found === undefined ? 'The broker cannot be reached; still trying.' : 'The broker is back.',
        );
      away = found === undefined;
      if (found === undefined) continue;
      for (const line of changes(request, found)) progress.step(line);
      request = found;
    }
    return request;
  } finally {
    wakeUps.close();
  }
}

async function look(api: Api, id: string): Promise<RequestAnswer | undefined> {
  try {
    return await api.call(`/api/v1/requests/${segment(id)}`, requestShape);
  } catch (error) {
    if (error instanceof CliError && PASSING.has(error.code)) return undefined;
    throw error;
  }
}

function changes(before: RequestAnswer, after: RequestAnswer): string[] {
  const seen = new Set(before.reviews.map(({ id }) => id));
  const reviews = after.reviews
    .filter(({ id }) => !seen.has(id))
    .map(({ side, person, decision, reason }) => {
      const did =
        { approve: 'approved', deny: 'denied', counter: 'made a counter-offer' }[decision] ?? decision;
      return `${side === 'vendor' ? 'Vendor reviewer' : 'Customer approver'} ${person} ${did}${reason === null ? '' : `: ${reason}`}.`;
    });
  const state =
    before.state === after.state
      ? []
      : [isOpen(after) ? `It now ${stateWords(after.state)}.` : `The request is ${after.state}.`];
  return [...reviews, ...state];
}

function waitingLine({ state, needs, tenant, lapsesAt }: RequestAnswer): string {
  const { required, approved } = state === 'awaiting_vendor' ? needs.vendor : needs.customer;
  const whom = state === 'awaiting_vendor' ? 'the vendor' : tenant;
  const left = (Date.parse(lapsesAt) - Date.now()) / 1000;
  return `${approved} of ${required} approvals by ${whom} · lapses in ${humanSeconds(left)}`;
}

/**
 * The broker's event stream used as a wake-up alone: what an event says is not believed, the caller looks for
 * itself. While no stream can be had, `next` answers after `pollMs`; with one it answers at an event, or
 * after `idleMs` in case one was lost.
 */
export class WakeUps {
  private readonly stop = new AbortController();
  private connected = false;
  private pending = false;
  private wake: (() => void) | undefined;

  constructor(
    private readonly api: Pick<Api, 'stream'>,
    private readonly times: { pollMs: number; idleMs: number } = { pollMs: 1000, idleMs: 5000 },
  ) {
    void this.listen();
  }

  /** Resolves when it is time to look again; at once where something happened since the last look. */
  async next(signal: AbortSignal): Promise<void> {
    if (!this.pending && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.connected ? this.times.idleMs : this.times.pollMs);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
        signal.addEventListener('abort', this.wake, { once: true });
      });
    }
    this.pending = false;
    this.wake = undefined;
  }

  close(): void {
    this.stop.abort();
    this.wake?.();
  }

  private async listen(): Promise<void> {
    while (!this.stop.signal.aborted) {
      await this.follow().catch(() => undefined);
      this.connected = false;
      // Does not keep the process alive.
      await sleep(this.times.idleMs, this.stop.signal, false);
    }
  }

  private async follow(): Promise<void> {
    const answer = await this.api.stream('/api/v1/stream', this.stop.signal);
    this.connected = true;
    const parser = createParser({ onEvent: () => this.ring() });
    const decoder = new TextDecoder();
    for await (const chunk of answer.body ?? [])
      parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
  }

  private ring(): void {
    this.pending = true;
    this.wake?.();
  }
}
