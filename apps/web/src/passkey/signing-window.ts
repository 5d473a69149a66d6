import { personQuery } from '../api/organisation.js';
import { queryClient } from '../api/query-client.js';
import { readMessage } from '../signing/channel.js';
import {
  type Message,
  type Outcome,
  SIGNING,
  SIGNING_PATH,
  type SigningRequest,
  type Task,
  writeRequest,
} from '../signing/protocol.js';
import { PasskeyProblem, type PasskeyReason } from './passkey-problem.js';

const SIZE = 'popup,width=560,height=800';
const POLL_MS = 300;
const PERSON = /usr_[0-9a-f-]{36}/g;

/** The outcome of a task that succeeded. */
export type CompletedTask = Exclude<Outcome, { refused: PasskeyReason }>;

/**
 * A window at the customer's own signing page. It opens empty, directly in a click handler, because browsers allow it only
 * then. It receives its task later, when the broker has answered.
 */
export class SigningWindow {
  private hasRefused = false;

  private constructor(
    private readonly origin: string,
    private readonly popup: Window,
  ) {}

  /** @throws PasskeyProblem `blocked` */
  static open(origin: string): SigningWindow {
    const popup = window.open('', `countersign ${origin}`, SIZE);
    if (popup === null) throw new PasskeyProblem('blocked');
    popup.focus();
    return new SigningWindow(origin, popup);
  }

  /**
   * Sends a task to the window and waits for the person.
   *
   * @throws PasskeyProblem with the page's reason, or `cancelled` if the person closes the window
   */
  async request(task: Task): Promise<CompletedTask> {
    const request: SigningRequest = {
      v: 1,
      id: crypto.randomUUID(),
      from: location.origin,
      language: document.documentElement.lang,
      names: namesIn(task),
      task,
    };
    const answer = this.answerTo(request.id);
    this.popup.location.href = `${this.origin}${SIGNING_PATH}#${writeRequest(request)}`;
    const outcome = await answer;
    if (!('refused' in outcome)) return outcome;
    this.hasRefused = outcome.refused !== 'cancelled';
    throw new PasskeyProblem(outcome.refused);
  }

  /** Closes the window, unless it shows why it refused: the person should read that. */
  close(): void {
    if (!this.hasRefused) this.popup.close();
  }

  private answerTo(id: string): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const settle = (end: () => void) => {
        removeEventListener('message', onMessage);
        clearInterval(poll);
        end();
      };
      const onMessage = ({ origin, source, data }: MessageEvent) => {
        const message = origin === this.origin && source === this.popup ? readMessage(data, id) : undefined;
        if (message === undefined) return;
        const go: Message = { countersign: SIGNING, id, go: true };
        if (message['ready'] === true) this.popup.postMessage(go, this.origin);
        if ('outcome' in message) settle(() => resolve(message['outcome'] as Outcome));
      };
      const poll = setInterval(() => {
        if (this.popup.closed) settle(() => reject(new PasskeyProblem('cancelled')));
      }, POLL_MS);
      addEventListener('message', onMessage);
    });
  }
}

/** The names of all people in the task that this page knows. */
function namesIn(task: Task): Record<string, string> {
  const ids = new Set(JSON.stringify(task).match(PERSON) ?? []);
  const names = [...ids].map((id) => [id, queryClient.getQueryData(personQuery(id).queryKey)?.name] as const);
  return Object.fromEntries(names.filter((each): each is [string, string] => each[1] !== undefined));
}
