import { readFileSync } from 'node:fs';
import type { PasskeyJwk } from '@countersign/contract';
import { nodeCountersignPorts } from '../node-ports.js';
import type { AssertionContext } from './assertion.js';
import { assertionSteps, checkAssertion } from './assertion.js';

const {
  rpId,
  origin,
  assertions,
}: {
  rpId: string;
  origin: string;
  assertions: {
    section: string;
    jwk: PasskeyJwk;
    challenge: string;
    authenticatorData: string;
    clientDataJSON: string;
    signature: string;
    refusedBy: string[];
  }[];
} = JSON.parse(readFileSync('test/vectors/webauthn/assertions.json', 'utf8'));

const bytes = (hex: string) => Buffer.from(hex, 'hex');
const text = (hex: string) => bytes(hex).toString('base64url');

describe.each(assertions)('P12: WebAuthn Level 3 test vector $section', (vector) => {
  const assertion = {
    signature: {
      authenticatorData: text(vector.authenticatorData),
      clientDataJSON: text(vector.clientDataJSON),
      signature: text(vector.signature),
    },
    challenge: bytes(vector.challenge),
    jwk: vector.jwk,
    rpId,
    origins: [origin],
  };

  test('passes every check, including its signature, except those that are stricter here', () => {
    const context: AssertionContext = {
      ...assertion,
      ports: nodeCountersignPorts,
      authenticatorBytes: new Uint8Array(),
      clientBytes: new Uint8Array(),
      signatureBytes: new Uint8Array(),
      clientData: {},
    };
    const refusing = assertionSteps.filter((step) => step(context) !== undefined);
    expect(refusing.map(({ name }) => name)).toEqual(vector.refusedBy);
    expect(checkAssertion(assertion, nodeCountersignPorts)).toBeDefined();
  });

  test('its signature is not valid over any other bytes', () => {
    const signed = assertionSteps.at(-1);
    const context = (change: Partial<AssertionContext>): AssertionContext => ({
      ...assertion,
      ports: nodeCountersignPorts,
      authenticatorBytes: bytes(vector.authenticatorData),
      clientBytes: bytes(vector.clientDataJSON),
      signatureBytes: bytes(vector.signature),
      clientData: {},
      ...change,
    });
    const flipped = (hex: string) => {
      const changed = bytes(hex);
      changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
      return changed;
    };
    expect(signed?.(context({}))).toBeUndefined();
    for (const change of [
      { authenticatorBytes: flipped(vector.authenticatorData) },
      { clientBytes: flipped(vector.clientDataJSON) },
      { signatureBytes: flipped(vector.signature) },
    ])
      expect(signed?.(context(change))).toMatchObject({ reason: 'bad_signature' });
  });
});
