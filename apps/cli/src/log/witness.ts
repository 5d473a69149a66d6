import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  cosign,
  decideWitness,
  decodeBase64,
  encodeBase64,
  formatNote,
  formatSignatureLine,
  noteKeyId,
  parseLogOrigin,
  SIGNATURE_TYPE,
  type VerifierKey,
  verifierKey,
  type Witnessed,
} from '@countersign/audit-log';
import { nodeEd25519, nodeHashing } from '@countersign/authorization';
import { writeFileDurably } from '@countersign/gateway-protocol';
import { FolderInUse, lockFolder } from '@countersign/runtime';
import { z } from 'zod';
import type { Context } from '../command/context.js';
import { CliError, cannotOpenError, usageError } from '../command/errors.js';
import { parseWholeNumber } from '../command/flags.js';
import { counted } from '../terminal/text.js';
import { readAnchorFile } from '../trust/anchor-file.js';
import { readIfThere } from './log-source.js';
import { readVerifierKey } from './verification.js';

export type WitnessOptions = {
  name: string;
  /** Keys of logs. */
  log: readonly string[];
  /** Anchor files that have such keys. */
  anchor: readonly string[];
  host: string;
  port: string;
};

/** 63 hashes and a checkpoint with many signatures. */
const MAX_BODY_BYTES = 64 * 1024;
const TIMEOUT_MS = 10_000;
/** `/checkpoint/<origin>`: the newest checkpoint of a log, beside what C2SP tlog-witness has. */
const CHECKPOINT_PATH = '/checkpoint/';

/**
 * Runs a witness of logs (C2SP tlog-witness) until it is stopped. It signs a log's checkpoint only if it continues the
 * last one that it signed; so a log that shows different things to different people cannot get both signed.
 *
 * @throws CliError `invalid_anchor`, `invalid_vkey`, `invalid_state`, `cannot_open` (exit 2), `port_in_use`, `witness_running`
 */
export async function runWitness(
  context: Context,
  folder: string,
  options: WitnessOptions,
): Promise<undefined> {
  if (options.log.length + options.anchor.length === 0)
    throw usageError('say which logs to witness: --anchor FILE or --log VKEY, once for each');
  if (!/^[^\s+]+$/.test(options.name))
    throw usageError('the name of a witness has neither spaces nor a plus');
  const port = parseWholeNumber('--port', options.port, 0, 65_535);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const unlock = await lock(folder);
  try {
    await serveUntilStopped(context, folder, options, port);
  } finally {
    await unlock();
  }
  return undefined;
}

/** Two witnesses in one folder could sign a fork, because each compares with what it read at its start. */
async function lock(folder: string): Promise<() => Promise<void>> {
  try {
    return await lockFolder(folder);
  } catch (error) {
    if (!(error instanceof FolderInUse)) throw cannotOpenError(folder, error);
    throw new CliError('witness_running', `another witness runs in ${folder}: ${error.message}`, {
      cause: error,
    });
  }
}

async function serveUntilStopped(
  context: Context,
  folder: string,
  options: WitnessOptions,
  port: number,
): Promise<void> {
  const anchors = await Promise.all(options.anchor.map(readAnchorFile));
  const logs = [...anchors.map(({ vkey }) => vkey), ...options.log].map(readVerifierKey);
  const key = await openKey(join(folder, 'key.pem'));
  const witness = new Witness(options.name, key, logs, await openMemory(join(folder, 'witnessed.json')));
  const server = createServer(
    { requestTimeout: TIMEOUT_MS, headersTimeout: TIMEOUT_MS },
    (request, response) => {
      void witness.serve(request, response);
    },
  );
  await listen(server, port, options.host);
  const { port: bound } = server.address() as AddressInfo;
  context.note(
    `Witnessing ${counted(new Set(logs.map(({ name }) => name)).size, 'log')} at http://${options.host}:${bound}/ with the key\n  ${witness.vkey}`,
  );
  await untilStopped(context.io.signal);
  server.closeAllConnections();
  server.close();
  await witness.idle();
}

/** The newest checkpoint that was signed for a log; `note` is the log's own, for an operator who has lost it. */
type Kept = Witnessed & { note?: string | undefined };

/** The newest checkpoint that was signed for each log, by origin. It is on the disk before a signature leaves. */
class Memory {
  constructor(
    private readonly file: string,
    private readonly newest: Map<string, Kept>,
  ) {}

  find(origin: string): Kept | undefined {
    return this.newest.get(origin);
  }

  async keep(origin: string, witnessed: Kept): Promise<void> {
    const next = new Map(this.newest).set(origin, witnessed);
    const document = Object.fromEntries(
      [...next].map(([name, { size, root, note }]) => [name, { size, root: encodeBase64(root), note }]),
    );
    await writeFileDurably(this.file, `${JSON.stringify(document, null, 2)}\n`);
    this.newest.set(origin, witnessed);
  }
}

/** Answers one request at a time, so that no other request replaces a checkpoint between the comparison and the signature. */
class Witness {
  readonly vkey: string;
  readonly #publicKey: Uint8Array;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly name: string,
    private readonly key: KeyObject,
    private readonly logs: readonly VerifierKey[],
    private readonly memory: Memory,
  ) {
    const { x } = createPublicKey(key).export({ format: 'jwk' });
    this.#publicKey = Buffer.from(String(x), 'base64url');
    this.vkey = verifierKey(nodeHashing, name, this.#publicKey, SIGNATURE_TYPE.cosignature);
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const requestUrl = request.method === 'GET' ? request.url : undefined;
      if (requestUrl === '/') answer(response, 200, `${this.vkey}\n`);
      else if (requestUrl?.startsWith(CHECKPOINT_PATH)) this.showCheckpoint(requestUrl, response);
      else if (request.url !== '/add-checkpoint')
        answer(response, 404, 'There is nothing at this address.\n');
      else if (request.method !== 'POST') answer(response, 405, 'Send a POST.\n');
      else {
        const body = await readBody(request);
        if (body === undefined) answer(response, 413, 'The body is too large.\n');
        else await this.inTurn(() => this.addCheckpoint(body, response));
      }
    } catch {
      // The memory could not be written: nothing was signed.
      if (!response.headersSent) answer(response, 500, 'The witness cannot keep its state.\n');
    }
  }

  /** When nothing is under way any more. */
  idle(): Promise<unknown> {
    return this.#last;
  }

  /** The newest checkpoint that it signed for an origin, as the log signed it: for a log whose database went back. */
  private showCheckpoint(url: string, response: ServerResponse): void {
    const note = this.memory.find(url.slice(CHECKPOINT_PATH.length))?.note;
    if (note === undefined) answer(response, 404, 'This witness has no checkpoint of that log.\n');
    else answer(response, 200, note);
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  private async addCheckpoint(body: string, response: ServerResponse): Promise<void> {
    const decision = await decideWitness(
      { hashing: nodeHashing, check: nodeEd25519 },
      body,
      (origin) => keysOfOrigin(this.logs, origin),
      (origin) => this.memory.find(origin),
    );
    if (!decision.sign) {
      const { status, size, detail } = decision;
      if (size === undefined) answer(response, status, `${detail}\n`);
      else answer(response, status, `${size}\n`, 'text/x.tlog.size');
      return;
    }
    const { origin, size, root } = decision.checkpoint;
    await this.memory.keep(origin, { size, root, note: formatNote(decision.note) });
    const signature = cosign(nodeHashing, decision.note.text, Math.floor(Date.now() / 1000), {
      name: this.name,
      publicKey: this.#publicKey,
      sign: (message) => sign(null, message, this.key),
    });
    answer(response, 200, `${formatSignatureLine(signature)}\n`);
  }
}

/**
 * The keys of a log by its origin. A log of Countersign that was restored from a backup continues under another origin with the
 * same key: to a witness it is another log, which it may follow from its beginning.
 */
function keysOfOrigin(logs: readonly VerifierKey[], origin: string): VerifierKey[] {
  const logName = parseLogOrigin(origin);
  return logs.flatMap((key) => {
    if (key.name === origin) return [key];
    const own = parseLogOrigin(key.name);
    if (logName === undefined || own?.deployment !== logName.deployment || own.slug !== logName.slug)
      return [];
    return [{ ...key, name: origin, keyId: noteKeyId(nodeHashing, origin, key.publicKey) }];
  });
}

function answer(
  response: ServerResponse,
  status: number,
  body: string,
  type = 'text/plain; charset=utf-8',
): void {
  // What was not read of a refused body must not be taken for the next request.
  if (status === 413) response.setHeader('Connection', 'close');
  response.writeHead(status, { 'Content-Type': type }).end(body);
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    length += (part as Buffer).length;
    if (length > MAX_BODY_BYTES) return undefined;
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** The witness's own key; made on the first run. */
async function openKey(file: string): Promise<KeyObject> {
  const pem = await readIfThere(file);
  if (pem !== undefined) {
    try {
      return createPrivateKey(pem);
    } catch (error) {
      throw cannotOpenError(file, error);
    }
  }
  const { privateKey } = generateKeyPairSync('ed25519');
  await writeFileDurably(file, privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
  return privateKey;
}

const memorySchema = z.record(
  z.string(),
  z.strictObject({ size: z.int().nonnegative(), root: z.string(), note: z.string().optional() }),
);

/** @throws CliError `invalid_state`: a witness that forgot what it signed would sign a fork */
async function openMemory(file: string): Promise<Memory> {
  const text = await readIfThere(file);
  if (text === undefined) return new Memory(file, new Map());
  try {
    const entries = Object.entries(memorySchema.parse(JSON.parse(text.toString('utf8'))));
    return new Memory(
      file,
      new Map(
        entries.map(([origin, { size, root, note }]) => {
          const bytes = decodeBase64(root);
          if (bytes?.length !== 32) throw new RangeError('a root has 32 bytes');
          return [origin, { size, root: bytes, note }];
        }),
      ),
    );
  } catch (error) {
    throw new CliError(
      'invalid_state',
      `${file} is damaged; restore it: a witness that forgets what it signed would sign a fork`,
      { cause: error },
    );
  }
}

/** @throws CliError `port_in_use` */
function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new CliError('port_in_use', `port ${port} is in use; choose another`)
          : new CliError('cannot_listen', `cannot listen on ${host}:${port} (${error.code})`),
      ),
    );
    server.listen(port, host, resolve);
  });
}

const untilStopped = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
