import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeGatewayCredential, encodeGatewayCredential } from '@countersign/gateway-protocol';
import { enrolGateway } from './gateway-credential.js';

const BROKER = 'http://localhost:4000';
const idOf = (n: number) => `gtw_0199d3c1-0000-7000-8000-00000000000${n}`;

describe('the demo’s gateway', () => {
  let dataDir: string;
  let gateways: { id: string; name: string; revokedAt: string | null }[];
  let enrolled: number;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'demo-gateway-'));
    gateways = [];
    enrolled = 0;
  });
  afterEach(() => {
    rmSync(dataDir, { recursive: true });
  });

  const runVerb = async (argv: string[]) => {
    const [, verb, argument = ''] = argv;
    if (verb === 'list') return gateways;
    if (verb === 'revoke') {
      for (const gateway of gateways) if (gateway.id === argument) gateway.revokedAt = '2026-11-24T15:00:00Z';
      return null;
    }
    enrolled += 1;
    gateways.push({ id: idOf(enrolled), name: argument, revokedAt: null });
    const credential = encodeGatewayCredential({
      gateway: idOf(enrolled),
      secret: 's'.repeat(43),
      broker: BROKER,
      deployment: 'dep_0199d3c1-0000-7000-8000-000000000009',
      feedKey: Buffer.alloc(32, 1).toString('base64url'),
    });
    return { id: idOf(enrolled), name: argument, credential };
  };
  const enrol = (broker = BROKER) => enrolGateway(runVerb, dataDir, broker);

  test('P11: is enrolled once, its credential readable by this user alone', async () => {
    const first = await enrol();
    expect(await enrol()).toEqual(first);
    expect(enrolled).toBe(1);
    expect(statSync(first.credentialFile).mode & 0o777).toBe(0o600);
  });

  test('is enrolled again if the database does not know it', async () => {
    await enrol();
    gateways = [];
    expect((await enrol()).id).toBe(idOf(2));
  });

  test('is enrolled again if its credential is lost, and the lost one is revoked', async () => {
    const { credentialFile } = await enrol();
    writeFileSync(credentialFile, 'csg_garbage');
    expect((await enrol()).id).toBe(idOf(2));
    expect(gateways.map((gateway) => gateway.revokedAt !== null)).toEqual([true, false]);
  });

  test('finds the broker at its new address without a new enrolment', async () => {
    const { credentialFile } = await enrol();
    await enrol('http://localhost:5000');
    expect(decodeGatewayCredential(readFileSync(credentialFile, 'utf8').trim())).toMatchObject({
      gateway: idOf(1),
      broker: 'http://localhost:5000',
    });
  });

  test('leaves gateways of other names alone', async () => {
    gateways.push({ id: idOf(9), name: 'eu-west', revokedAt: null });
    await enrol();
    expect(gateways.find((gateway) => gateway.id === idOf(9))?.revokedAt).toBeNull();
  });
});
