import { asObject } from './describe/members.js';
import { type Message, type Outcome, SIGNING, type SigningRequest } from './protocol.js';

const TIMEOUT_MS = 5_000;

/**
 * The connection to the page that opened this one. It is open once that page has answered from the origin that its request
 * names: the browser delivers our message to that origin only, and reports the origin of the answer.
 */
export class Channel {
  private constructor(
    private readonly opener: Window,
    private readonly request: SigningRequest,
  ) {}

  /** Null if no page opened this one, or if that page does not answer from the origin that it named. */
  static open(request: SigningRequest): Promise<Channel | null> {
    const opener = window.opener as Window | null;
    if (opener === null) return Promise.resolve(null);
    const channel = new Channel(opener, request);
    return new Promise((resolve) => {
      const settle = (found: Channel | null) => {
        removeEventListener('message', onMessage);
        clearTimeout(timer);
        resolve(found);
      };
      const onMessage = ({ origin, source, data }: MessageEvent) => {
        if (origin !== request.from || source !== opener) return;
        if (readMessage(data, request.id)?.['go'] === true) settle(channel);
      };
      const timer = setTimeout(() => settle(null), TIMEOUT_MS);
      addEventListener('message', onMessage);
      channel.post({ ready: true });
    });
  }

  answer(outcome: Outcome): void {
    this.post({ outcome });
  }

  private post(content: { ready: true } | { outcome: Outcome }): void {
    const { id, from } = this.request;
    const message: Message = { countersign: SIGNING, id, ...content };
    this.opener.postMessage(message, from);
  }
}

/** A message of the signing protocol about that request; undefined for anything else. */
export function readMessage(data: unknown, id: string): Record<string, unknown> | undefined {
  const message = asObject(data);
  return message?.['countersign'] === SIGNING && message['id'] === id ? message : undefined;
}
