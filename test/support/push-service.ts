import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A message as the browser reads it, with what its push service saw of it. */
export interface PushedMessage {
  path: string;
  headers: Record<string, string>;
  /** As encrypted. */
  bytes: number;
  message: Record<string, unknown>;
}

type Answer = { status: number; headers?: Record<string, string> };

/** A browser with its subscription at a push service: it decrypts what that service receives for it (RFC 8291). */
export class PushedBrowser {
  private readonly receiver = createECDH('prime256v1');
  private readonly secret = randomBytes(16);

  constructor(readonly endpoint: string) {
    this.receiver.generateKeys();
  }

  get subscription() {
    const p256dh = this.receiver.getPublicKey('base64url');
    return { endpoint: this.endpoint, keys: { p256dh, auth: this.secret.toString('base64url') } };
  }

  decrypt(body: Buffer): Record<string, unknown> {
    return JSON.parse(decryptPush(body, this.receiver, this.secret).toString('utf8'));
  }
}

/** Decrypts the body of a push in one record (RFC 8188, RFC 8291). */
export function decryptPush(
  body: Buffer,
  receiver: ReturnType<typeof createECDH>,
  secret: Uint8Array,
): Buffer {
  const [salt, sender] = [body.subarray(0, 16), body.subarray(21, 21 + body.readUInt8(20))];
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), receiver.getPublicKey(), sender]);
  const input = Buffer.from(hkdfSync('sha256', receiver.computeSecret(sender), secret, info, 32));
  const derive = (name: string, length: number) =>
    Buffer.from(hkdfSync('sha256', input, salt, `Content-Encoding: ${name}\0`, length));
  const sealed = body.subarray(21 + sender.length);
  const decipher = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12));
  decipher.setAuthTag(sealed.subarray(-16));
  const padded = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
  const end = padded.lastIndexOf(2);
  if (padded.subarray(end + 1).some((byte) => byte !== 0)) throw new Error('this is no last record');
  return padded.subarray(0, end);
}

/** A push service on this machine. It validates who sends (RFC 8292), and answers as a test says. */
export class PushService {
  readonly received: PushedMessage[] = [];
  /** By the path of the endpoint; 201 if it says nothing. */
  answer: (path: string) => Answer | undefined = () => undefined;
  private readonly browsers = new Map<string, PushedBrowser>();
  private readonly server: Server;

  private constructor() {
    this.server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { status, headers = {} } = this.take(request, Buffer.concat(chunks));
      response.writeHead(status, headers).end();
    });
  }

  static async start(): Promise<PushService> {
    const service = new PushService();
    await new Promise<void>((resolve) => service.server.listen(0, '127.0.0.1', resolve));
    return service;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** A browser that subscribes here. */
  browser(name: string): PushedBrowser {
    const browser = new PushedBrowser(`${this.origin}/${name}`);
    this.browsers.set(`/${name}`, browser);
    return browser;
  }

  at(name: string): PushedMessage[] {
    return this.received.filter(({ path }) => path === `/${name}`);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private take(request: IncomingMessage, body: Buffer): Answer {
    const path = request.url ?? '';
    const browser = this.browsers.get(path);
    if (browser === undefined || request.method !== 'POST') return { status: 404 };
    const headers = request.headers as Record<string, string>;
    if (!isAuthorized(headers['authorization'] ?? '', this.origin)) return { status: 401 };
    if (headers['content-encoding'] !== 'aes128gcm' || headers['ttl'] === undefined || body.length > 4_096)
      return { status: 400 };
    this.received.push({ path, headers, bytes: body.length, message: browser.decrypt(body) });
    return this.answer(path) ?? { status: 201 };
  }
}

/** `vapid t=JWT, k=KEY`: signed with the key, for this origin, and valid for a day at most. */
function isAuthorized(header: string, origin: string): boolean {
  const [, head = '', claims = '', signature = '', key = ''] =
    /^vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), k=([\w-]+)$/.exec(header) ?? [];
  const point = Buffer.from(key, 'base64url');
  if (point.length !== 65) return false;
  const jwk = {
    ...{ kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url') },
    y: point.subarray(33).toString('base64url'),
  };
  const isSigned = verify(
    'sha256',
    Buffer.from(`${head}.${claims}`),
    { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  const { aud, exp, sub } = read(claims);
  const left = exp - Date.now() / 1_000;
  return (
    isSigned &&
    read(head).alg === 'ES256' &&
    aud === origin &&
    left > 0 &&
    left < 86_400 &&
    /^(https?|mailto):/.test(sub)
  );
}
