import type { Opening, RecoveryJwk, Signature, Statement, Terms, TrustDocument } from '@countersign/contract';
import type { PublicKeyCredentialCreationOptionsJSON } from '@simplewebauthn/browser';
import type { MadePasskey, Task } from '../signing/protocol.js';
import { PasskeyProblem } from './passkey-problem.js';
import type { Signer, SigningOrigin } from './signer.js';
import { type CompletedTask, SigningWindow } from './signing-window.js';
import { createPasskey, signStatement } from './webauthn.js';

/** What a signing page shows beside a statement that holds only hashes of it. */
export interface Evidence {
  terms?: Terms;
  openings?: Readonly<Record<string, Opening>>;
}

/** What is done with keys, wherever they are. */
export class SigningPages {
  private readonly windows = new Map<string, SigningWindow>();

  /**
   * Opens the windows that are needed, while a press still counts as one, and closes them in the end.
   *
   * @throws PasskeyProblem `blocked`, or what `work` throws
   */
  static async at<T>(
    places: readonly SigningOrigin[],
    work: (places: SigningPages) => Promise<T>,
  ): Promise<T> {
    const made = new SigningPages();
    try {
      for (const place of new Set(places))
        if (place !== null) made.windows.set(place, SigningWindow.open(place));
      return await work(made);
    } finally {
      for (const each of made.windows.values()) each.close();
    }
  }

  /** @throws PasskeyProblem */
  async sign<S extends Statement>(
    statement: S,
    signer: Signer,
    evidence: Evidence = {},
  ): Promise<Signature<S>> {
    const { at, rpId, credentials } = signer;
    if (at === null) return signStatement(statement, signer);
    return signatureOf(
      statement,
      await this.ask(at, { do: 'sign', statement, rpId, credentials, ...evidence }),
    );
  }

  /** With a printed key that is typed in at the customer's own page. @throws PasskeyProblem */
  async recover(at: string, document: TrustDocument, jwk: RecoveryJwk): Promise<Signature<TrustDocument>> {
    return signatureOf(document, await this.ask(at, { do: 'recover', statement: document, jwk }));
  }

  /** @throws PasskeyProblem */
  async create(at: SigningOrigin, options: PublicKeyCredentialCreationOptionsJSON): Promise<MadePasskey> {
    if (at === null) return createPasskey(options);
    const made = await this.ask(at, { do: 'enrol', options });
    if (!('passkey' in made)) throw new PasskeyProblem('differs');
    return made.passkey;
  }

  /** A recovery key whose secret only the customer's own page has seen. @throws PasskeyProblem */
  async print(at: string, tenant: string): Promise<RecoveryJwk> {
    const made = await this.ask(at, { do: 'print', tenant });
    if (!('recovery' in made)) throw new PasskeyProblem('differs');
    return made.recovery;
  }

  private ask(at: string, task: Task): Promise<CompletedTask> {
    const window = this.windows.get(at);
    if (window === undefined) throw new PasskeyProblem('blocked');
    return window.ask(task);
  }
}

/** ClosedRequests what was asked: the broker is handed nothing else, whatever came back. */
function signatureOf<S extends Statement>(statement: S, made: CompletedTask): Signature<S> {
  if (!('signature' in made)) throw new PasskeyProblem('differs');
  return { ...made.signature, statement };
}
