import { connect } from 'node:net';

/** The response on a connection on which exactly these bytes were sent. */
export type RawAnswer = {
  status: number | undefined;
  text: string;
  body: string;
  header(name: string): string | undefined;
};

/**
 * Sends bytes as they are and reads until a response is complete, or with `toEnd` until the peer closes. For requests
 * that no HTTP client would send.
 */
export function sendRaw(port: number, bytes: string | Buffer, toEnd = false): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const done = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(read(text));
    };
    const timer = setTimeout(done, WAIT_MS);
    socket.on('connect', () =>
      socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes),
    );
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (!toEnd && isComplete(text)) done();
    });
    socket.on('close', done);
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') reject(error);
      else done();
    });
  });
}

const WAIT_MS = 10_000;
const INTERIM = /^HTTP\/1\.1 100 Continue\r\n\r\n/;
const WITHOUT_BODY = /^HTTP\/1\.1 (?:204|304) /;

function isComplete(received: string): boolean {
  const text = received.replace(INTERIM, '');
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return false;
  if (WITHOUT_BODY.test(text)) return true;
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, end))?.[1];
  return length === undefined ? text.endsWith('\r\n0\r\n\r\n') : text.length >= end + 4 + Number(length);
}

function read(text: string): RawAnswer {
  const answer = text.replace(INTERIM, '');
  const end = answer.indexOf('\r\n\r\n');
  const head = end === -1 ? answer : answer.slice(0, end);
  const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1];
  return {
    status: status === undefined ? undefined : Number(status),
    text,
    body: end === -1 ? '' : answer.slice(end + 4),
    header: (name) => new RegExp(`^${name}: (.*)$`, 'im').exec(head.replaceAll('\r', ''))?.[1],
  };
}
