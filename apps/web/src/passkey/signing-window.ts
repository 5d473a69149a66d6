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
const LOOK_MS = 300;
const PERSON = /usr_[0-9a-f-]{36}/g;

/** What a task made. */
export type CompletedTask = Exclude<Outcome, { refused: PasskeyReason }>;

/**
 * A window at the customer's own signing page. It is opened while the press of a button still counts as one, and told
 * what to sign once that is known.
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

  /** Hands it a task, and waits for its person. @throws PasskeyProblem as the page says, or `cancelled` where it is closed */
  async ask(task: Task): Promise<CompletedTask> {
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

  /** One that says why it signs nothing is left to be read. */
  close(): void {
    if (!this.hasRefused) this.popup.close();
  }

  private answerTo(id: string): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const settle = (end: () => void) => {
        removeEventListener('message', onMessage);
        clearInterval(look);
        end();
      };
      const onMessage = ({ origin, source, data }: MessageEvent) => {
        const message = origin === this.origin && source === this.popup ? readMessage(data, id) : undefined;
        if (message === undefined) return;
        const go: Message = { countersign: SIGNING, id, go: true };
        if (message['ready'] === true) this.popup.postMessage(go, this.origin);
        if ('outcome' in message) settle(() => resolve(message['outcome'] as Outcome));
      };
      const look = setInterval(() => {
        if (this.popup.closed) settle(() => reject(new PasskeyProblem('cancelled')));
      }, LOOK_MS);
      addEventListener('message', onMessage);
    });
  }
}

/** Of everybody whom it speaks of, as far as this page knows them. */
function namesIn(task: Task): Record<string, string> {
  const ids = new Set(JSON.stringify(task).match(PERSON) ?? []);
  const names = [...ids].map((id) => [id, queryClient.getQueryData(personQuery(id).queryKey)?.name] as const);
  return Object.fromEntries(names.filter((each): each is [string, string] => each[1] !== undefined));
}
