import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** A certificate with its key, both PEM, that can also vouch for others if it is an authority. */
export type TestCertificate = { cert: string; key: string; name: string; privateKey: KeyObject };

type Wishes = {
  /** Common name. */
  name: string;
  dnsNames?: string[];
  /** Who vouches. Absent: itself. */
  issuer?: TestCertificate;
  isAuthority?: boolean;
  /** Days from now; negative for the past. */
  notBefore?: number;
  notAfter?: number;
};

const DAY_MS = 86_400_000;
const SEQUENCE = 0x30;
const SET = 0x31;
const OBJECT_IDENTIFIER = 0x06;
const UTF8_STRING = 0x0c;

/** Makes an X.509 v3 certificate (RFC 5280 §4.1) with a new P-256 key. Only what TLS checks is in it. */
export function makeCertificate(wishes: Wishes): TestCertificate {
  const { name, dnsNames = [], issuer, isAuthority = false, notBefore = -1, notAfter = 30 } = wishes;
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  // ecdsa-with-SHA256, 1.2.840.10045.4.3.2
  const algorithm = der(SEQUENCE, der(OBJECT_IDENTIFIER, Buffer.from('2a8648ce3d040302', 'hex')));
  const extensions = [
    // basicConstraints, 2.5.29.19, critical
    extension('551d13', isAuthority ? der(SEQUENCE, der(0x01, Buffer.from([0xff]))) : der(SEQUENCE), true),
    ...(dnsNames.length === 0
      ? []
      : // subjectAltName, 2.5.29.17: dNSName is [2]
        [extension('551d11', der(SEQUENCE, ...dnsNames.map((each) => der(0x82, Buffer.from(each)))), false)]),
  ];
  const toBeSigned = der(
    SEQUENCE,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    distinguishedName(issuer?.name ?? name),
    der(SEQUENCE, utcTime(notBefore), utcTime(notAfter)),
    distinguishedName(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(SEQUENCE, ...extensions)),
  );
  const signature = sign('sha256', toBeSigned, issuer?.privateKey ?? privateKey);
  const whole = der(SEQUENCE, toBeSigned, algorithm, der(0x03, Buffer.from([0]), signature));
  const cert = `-----BEGIN CERTIFICATE-----\n${whole.toString('base64').replaceAll(/.{64}/g, '$&\n').trimEnd()}\n-----END CERTIFICATE-----\n`;
  return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), name, privateKey };
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

function distinguishedName(commonName: string): Buffer {
  // commonName, 2.5.4.3
  const attribute = [
    der(OBJECT_IDENTIFIER, Buffer.from('550403', 'hex')),
    der(UTF8_STRING, Buffer.from(commonName)),
  ];
  return der(SEQUENCE, der(SET, der(SEQUENCE, ...attribute)));
}

function extension(oid: string, value: Buffer, isCritical: boolean): Buffer {
  const critical = isCritical ? [der(0x01, Buffer.from([0xff]))] : [];
  return der(SEQUENCE, der(OBJECT_IDENTIFIER, Buffer.from(oid, 'hex')), ...critical, der(0x04, value));
}

function utcTime(days: number): Buffer {
  const at = new Date(Date.now() + days * DAY_MS).toISOString();
  return der(0x17, Buffer.from(`${at.slice(2, 19).replaceAll(/[-T:]/g, '')}Z`));
}
