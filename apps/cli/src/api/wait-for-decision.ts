import { CliError } from '../runtime/cli-error.js';
import { humanSeconds } from '../text/clock.js';
import type { Progress } from '../text/progress.js';
import { stateWords } from '../text/request-text.js';
import { type Api, segment } from './client.js';
import { type RequestAnswer, requestShape } from './shapes.js';
import { WakeUps } from './wake-ups.js';

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
