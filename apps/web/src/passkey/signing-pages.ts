import type { Opening, RecoveryJwk, Signature, Statement, Terms, TrustDocument } from '@countersign/contract';
import type { PublicKeyCredentialCreationOptionsJSON } from '@simplewebauthn/browser';
import type { MadePasskey, Task } from '../signing/protocol.js';
import type { ControlsOfWidening } from './controls-difference.js';
import { PasskeyProblem } from './passkey-problem.js';
import type { Signer, SigningOrigin } from './signer.js';
import { type CompletedTask, SigningWindow } from './signing-window.js';
import { createPasskey, signStatement } from './webauthn.js';

/** The texts behind the hashes in a statement, so that a signing page can show and verify them. */
interface Evidence {
  terms?: Terms;
  openings?: Readonly<Record<string, Opening>>;
  controls?: ControlsOfWidening;
}

/** Signs and creates keys, either here or in windows at the customer's own signing page. */
export class SigningPages {
  private readonly windows = new Map<string, SigningWindow>();

  /**
   * Opens the windows that `work` needs, and closes them afterwards. Call this directly in a click handler: browsers
   * allow a page to open windows only then.
   *
   * @throws PasskeyProblem `blocked`, or what `work` throws
   */
  static async open<T>(
    origins: readonly SigningOrigin[],
    work: (pages: SigningPages) => Promise<T>,
  ): Promise<T> {
    const pages = new SigningPages();
    try {
      for (const origin of new Set(origins))
        if (origin !== null) pages.windows.set(origin, SigningWindow.open(origin));
      return await work(pages);
    } finally {
      for (const window of pages.windows.values()) window.close();
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
      await this.request(at, { do: 'sign', statement, rpId, credentials, ...evidence }),
    );
  }

  /** Signs with a printed key, which the person types in at the customer's own page. @throws PasskeyProblem */
  async recover(at: string, document: TrustDocument, jwk: RecoveryJwk): Promise<Signature<TrustDocument>> {
    return signatureOf(document, await this.request(at, { do: 'recover', statement: document, jwk }));
  }

  /** @throws PasskeyProblem */
  async create(at: SigningOrigin, options: PublicKeyCredentialCreationOptionsJSON): Promise<MadePasskey> {
    if (at === null) return createPasskey(options);
    const answer = await this.request(at, { do: 'enrol', options });
    if (!('passkey' in answer)) throw new PasskeyProblem('differs');
    return answer.passkey;
  }

  /** Creates a recovery key. Only the customer's own page sees its secret. @throws PasskeyProblem */
  async print(at: string, tenant: string): Promise<RecoveryJwk> {
    const answer = await this.request(at, { do: 'print', tenant });
    if (!('recovery' in answer)) throw new PasskeyProblem('differs');
    return answer.recovery;
  }

  private request(at: string, task: Task): Promise<CompletedTask> {
    const window = this.windows.get(at);
    if (window === undefined) throw new PasskeyProblem('blocked');
    return window.request(task);
  }
}

/** Pairs the signature with the statement that was requested, so that the broker receives no other statement. */
function signatureOf<S extends Statement>(statement: S, answer: CompletedTask): Signature<S> {
  if (!('signature' in answer)) throw new PasskeyProblem('differs');
  return { ...answer.signature, statement };
}
