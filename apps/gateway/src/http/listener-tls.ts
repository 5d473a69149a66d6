import type { ServerSecurity } from '../http1/http1-server.js';
import { BadTlsMaterial, secureContextOf } from '../storage/tls-material.js';
import { WatchedFiles, WatchedFileUnreadable } from '../storage/watched-files.js';

/** The files of the gateway's own certificate, and of the authorities whose clients may connect. */
export type ListenerTlsFiles = { certFile: string; keyFile: string; clientCaFile?: string | undefined };

/** The listener's TLS files cannot be used at the start. `message` names the file's variable and the rule. */
export class ListenerTlsUnusable extends Error {
  override readonly name = 'ListenerTlsUnusable';
  readonly code = 'tls_files_unusable';
}

const VARIABLES = {
  certFile: 'COUNTERSIGN_GATEWAY_TLS_CERT_FILE',
  keyFile: 'COUNTERSIGN_GATEWAY_TLS_KEY_FILE',
  clientCaFile: 'COUNTERSIGN_GATEWAY_TLS_CLIENT_CA_FILE',
} as const;
type Variable = (typeof VARIABLES)[keyof typeof VARIABLES];

/** How often the files are looked at, in milliseconds. */
const LOOK_MS = 1_000;

/** Certificate, key and authorities of the gateway's listener. Read at the start, and again when a file changes. */
export class ListenerTls {
  private readonly files: WatchedFiles<Variable>;
  private last: ServerSecurity;
  private lastProblem: string | undefined;
  private nextLook = 0;

  /** Throws ListenerTlsUnusable: a gateway does not listen with what its operator did not mean. */
  constructor({ certFile, keyFile, clientCaFile }: ListenerTlsFiles) {
    this.files = new WatchedFiles({
      [VARIABLES.certFile]: certFile,
      [VARIABLES.keyFile]: keyFile,
      ...(clientCaFile !== undefined && { [VARIABLES.clientCaFile]: clientCaFile }),
    });
    const first = this.readIfChanged();
    if (first === undefined) throw new ListenerTlsUnusable(this.lastProblem ?? 'the files cannot be read');
    this.last = first;
  }

  get security(): ServerSecurity {
    return this.last;
  }

  /** What is wrong with the files as they are now; undefined if nothing is. */
  get problem(): string | undefined {
    return this.lastProblem;
  }

  /** What to use from now on, if a file has changed and all can be used. `now`: milliseconds of the monotonic clock. */
  sweep(now: number): ServerSecurity | undefined {
    if (now < this.nextLook) return undefined;
    this.nextLook = now + LOOK_MS;
    const next = this.readIfChanged();
    if (next !== undefined) this.last = next;
    return next;
  }

  private readIfChanged(): ServerSecurity | undefined {
    try {
      const pem = this.files.readIfChanged();
      if (pem === undefined) return undefined;
      const { [VARIABLES.certFile]: cert = '', [VARIABLES.keyFile]: key = '' } = pem;
      const clientCa = pem[VARIABLES.clientCaFile];
      secureContextOf({ cert, key, ca: clientCa });
      this.lastProblem = undefined;
      return { cert, key, clientCa };
    } catch (error) {
      if (!(error instanceof WatchedFileUnreadable || error instanceof BadTlsMaterial)) throw error;
      this.lastProblem = error.message;
      return undefined;
    }
  }
}
