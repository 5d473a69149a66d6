import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import {
  KEY_ALGORITHMS,
  type KeyUse,
  type NewKey,
  type Signer,
  type Signers,
  type StoredKey,
} from '@countersign/access';

const SCRIPT = fileURLToPath(new URL('./signing-process.mjs', import.meta.url));

type Reply = { id: number; jwk?: Record<string, string>; signature?: string };

/** Keys in another process, which never gives them away. The database has only where they are. */
export class ProcessSigners implements Signers {
  /** The number of requested signatures, for each use of a key. */
  readonly signed: Record<KeyUse, number> = { token: 0, feed: 0, log: 0, push: 0 };
  /** Awaited before each signature: it may wait, or fail. */
  before: (use: KeyUse) => Promise<void> = () => Promise.resolve();
  private readonly waiting = new Map<number, (reply: Reply) => void>();
  private last = 0;

  private constructor(private readonly child: ChildProcessWithoutNullStreams) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const reply = JSON.parse(line) as Reply;
      this.waiting.get(reply.id)?.(reply);
      this.waiting.delete(reply.id);
    });
  }

  static start(): ProcessSigners {
    return new ProcessSigners(spawn(process.execPath, [SCRIPT]));
  }

  async make(use: KeyUse): Promise<NewKey> {
    const alg = KEY_ALGORITHMS[use];
    const { jwk = {} } = await this.request({ make: alg });
    const { crv, kty, x, y } = jwk;
    const thumbprint = JSON.stringify(y === undefined ? { crv, kty, x } : { crv, kty, x, y });
    const kid = createHash('sha256').update(thumbprint).digest('base64url');
    return { kid, publicJwk: { ...jwk, alg, use: 'sig', kid }, secret: `process:${x}` };
  }

  open({ kid, use, publicJwk, secret }: StoredKey): Signer {
    return {
      ...{ kid, alg: KEY_ALGORITHMS[use], publicKey: publicJwk },
      sign: async (bytes) => {
        await this.before(use);
        this.signed[use] += 1;
        const asked = { sign: secret.slice('process:'.length), bytes: Buffer.from(bytes).toString('base64') };
        const { signature = '' } = await this.request(asked);
        return Buffer.from(signature, 'base64');
      },
    };
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.stdin.end();
    await ended;
  }

  private request(asked: object): Promise<Reply> {
    this.last += 1;
    const id = this.last;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.child.stdin.write(`${JSON.stringify({ id, ...asked })}\n`);
    });
  }
}
