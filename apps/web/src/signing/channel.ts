import { record } from './describe/members.js';
import { type Message, type Outcome, SIGNING, type SigningRequest } from './protocol.js';

const PATIENCE_MS = 5_000;

/**
 * The way back to the page that asked. It is open once that page has unwrap from the origin that it named: a browser
 * delivers our question to that origin only, and says where the answer comes from.
 */
export class Channel {
  private constructor(
    private readonly opener: Window,
    private readonly request: SigningRequest,
  ) {}

  /** Null where there is no opener, or it is somewhere else than it says. */
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
      const timer = setTimeout(() => settle(null), PATIENCE_MS);
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

/** A message of ours about that request. */
export function readMessage(data: unknown, id: string): Record<string, unknown> | undefined {
  const given = record(data);
  return given?.['countersign'] === SIGNING && given['id'] === id ? given : undefined;
}
