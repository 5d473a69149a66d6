import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '../../test/support/percentile.js';

/** Who makes calls: the header fields of each caller, in turn. `callsEach`: how many calls each makes before the next has its turn. */
export type Callers = { headers: readonly Record<string, string>[]; callsEach: number };

/**
 * `amount`: calls in all. `mostSeconds`: no call begins later, so that a slow program does not hold up the rest. `perSecond`: calls begin
 * at this rate, as long as the program keeps up; without it each begins when the one before has ended.
 */
export type LoadOptions = {
  url: string;
  callers: Callers;
  connections: number;
  amount: number;
  mostSeconds?: number;
  perSecond?: number;
};

export type LoadReport = { answered: number; perSecond: number; p50: number; p99: number };

/**
 * Makes the same call over and over, one at a time on each connection, which serves one caller after the other. It costs far less
 * processor time than an HTTP client: the measured program cannot use the processor time that the load takes. Times are in
 * milliseconds.
 *
 * @throws Error if a call is not answered with 200
 */
export async function load(options: LoadOptions): Promise<LoadReport> {
  const { url, callers, connections, amount, mostSeconds = Number.POSITIVE_INFINITY } = options;
  const { hostname, port } = new URL(url);
  const requests = callers.headers.map((headers) => requestOf(url, headers));
  let turns = 0;
  const intervalMs = options.perSecond === undefined ? 0 : 1_000 / options.perSecond;
  const began = performance.now();
  const took: number[] = [];
  let begun = 0;
  const mayBegin = () => begun < amount && performance.now() - began < mostSeconds * 1_000;
  await Promise.all(
    Array.from({ length: Math.min(connections, amount) }, async () => {
      let request: Buffer = Buffer.alloc(0);
      let socket = await opened(Number(port), hostname);
      for (let calls = 0; mayBegin(); calls += 1) {
        if (calls % callers.callsEach === 0) request = requests[turns++ % requests.length] as Buffer;
        const early = began + begun * intervalMs - performance.now();
        begun += 1;
        // Timers are exact to a millisecond, in which several calls may begin.
        if (early >= 1) await sleep(early);
        if (socket.destroyed || !socket.writable) socket = await opened(Number(port), hostname);
        const sent = performance.now();
        socket.write(request);
        await answerOn(socket);
        took.push(performance.now() - sent);
      }
      socket.destroy();
    }),
  );
  const perSecond = (took.length / (performance.now() - began)) * 1_000;
  return { answered: took.length, perSecond, p50: percentile(took, 0.5), p99: percentile(took, 0.99) };
}

/** The same caller for all calls. */
export const oneCaller = (headers: Record<string, string>): Callers => ({
  ...{ headers: [headers], callsEach: Number.POSITIVE_INFINITY },
});

function requestOf(url: string, headers: Record<string, string>): Buffer {
  const { host, pathname } = new URL(url);
  const fields = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`GET ${pathname} HTTP/1.1\r\n${fields.join('')}\r\n`, 'latin1');
}

async function opened(port: number, host: string): Promise<Socket> {
  const socket = connect({ port, host, noDelay: true });
  await once(socket, 'connect');
  return socket;
}

/** Resolves once a whole answer has come. */
function answerOn(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    let received: Buffer | undefined;
    const done = (error?: Error) => {
      socket.removeAllListeners();
      if (error === undefined) resolve();
      else reject(error);
    };
    socket.on('data', (piece) => {
      received = received === undefined ? piece : Buffer.concat([received, piece]);
      if (isWhole(received)) done(statusOf(received) === '200' ? undefined : notOk(received));
    });
    socket.on('error', done);
    socket.on('close', () =>
      done(new Error(`a call broke off: ${received?.toString('latin1', 0, 200) ?? ''}`)),
    );
  });
}

const statusOf = (answer: Buffer): string => answer.toString('latin1', 9, 12);
const notOk = (answer: Buffer) => new Error(`a call was answered with ${answer.toString('latin1', 0, 600)}`);

function isWhole(answer: Buffer): boolean {
  const end = answer.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const length = /\r\ncontent-length: *(\d+)/i.exec(answer.toString('latin1', 0, end))?.[1];
  if (length === undefined) return answer.subarray(-5).toString('latin1') === '0\r\n\r\n';
  return answer.length >= end + 4 + Number(length);
}
