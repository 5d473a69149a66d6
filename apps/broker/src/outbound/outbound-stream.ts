import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { withoutBrackets } from '@countersign/contract';
import { Destination, OutboundError, type OutboundOptions } from './destination.js';

const LONGEST_MS = 10_000;

/**
 * Sends bytes over TCP or TLS, to the addresses and by the rules of `OutboundClient`: `tls://HOST:PORT`, and `tcp://HOST:PORT`
 * to this machine if that is allowed.
 */
export class OutboundStream {
  private readonly destination: Destination;

  constructor(options: OutboundOptions) {
    this.destination = new Destination(options);
  }

  /**
   * Connects, sends everything, ends its side and waits until the other side has ended too. Only then has the other
   * program read all of it: a protocol without answers, such as syslog, has no other acknowledgement (RFC 5425, section 4.4).
   *
   * @param ca PEM certificates to verify the other side with; null for the public ones
   * @throws OutboundError
   */
  async send(address: string, bytes: Buffer, ca: string | null, signal: AbortSignal): Promise<void> {
    const url = new URL(address);
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]);
    const lookup = await this.destination.lookup(url, deadline);
    const socket = open(url, lookup, ca);
    try {
      await sent(socket, bytes, deadline);
    } catch (error) {
      throw error instanceof OutboundError
        ? error
        : new OutboundError(deadline.aborted ? 'timed_out' : 'unreachable', error);
    } finally {
      socket.destroy();
    }
  }
}

function open(url: URL, lookup: LookupFunction, ca: string | null): Socket {
  const host = withoutBrackets(url.hostname);
  const port = Number(url.port);
  if (url.protocol === 'tcp:') return connectTcp({ host, port, lookup });
  return connectTls({
    ...{ host, port, lookup, minVersion: 'TLSv1.2' as const, rejectUnauthorized: true },
    // A name in the handshake is never an IP address (RFC 6066, section 3).
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(ca === null ? {} : { ca }),
  });
}

/** A program that closes without reading resets the connection within a round trip, and at least within this time. */
const LEAST_WAIT_MS = 20;

/**
 * Resolves once the other side has ended after us, without an error. What it sends is dropped. An end of its side that comes
 * before ours is a refusal: a proxy without a server behind it accepts, and closes.
 */
function sent(socket: Socket, bytes: Buffer, deadline: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    let [isEnding, hasEnded] = [false, false];
    let timer: NodeJS.Timeout | undefined;
    const refused = () => reject(new OutboundError('unreachable'));
    const late = () => reject(new OutboundError('timed_out'));
    if (deadline.aborted) late();
    deadline.addEventListener('abort', late, { once: true });
    socket.on('error', reject);
    socket.on('end', () => {
      if (!isEnding) refused();
      hasEnded = true;
    });
    socket.on('close', () => {
      clearTimeout(timer);
      deadline.removeEventListener('abort', late);
      if (isEnding && hasEnded) resolve();
      else refused();
    });
    const began = performance.now();
    socket.once('encrypted' in socket ? 'secureConnect' : 'connect', () => {
      const roundTrip = performance.now() - began;
      socket.write(bytes, () => {
        timer = setTimeout(
          () => {
            isEnding = true;
            socket.end();
          },
          Math.max(2 * roundTrip, LEAST_WAIT_MS),
        );
      });
    });
    socket.resume();
  });
}
