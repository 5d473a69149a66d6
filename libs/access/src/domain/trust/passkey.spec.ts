import { brokerRelyingParty, signingPageRelyingParty } from './passkey.js';

describe('P12: a customer’s own signing page', () => {
  test.each(['https://sign.acme.example', 'https://sign.acme.example:8443', 'http://sign.localhost:4400'])(
    'at %s has its host as relying party',
    (origin) => {
      expect(signingPageRelyingParty(origin, null)).toEqual({
        rpId: new URL(origin).hostname,
        origins: [origin],
      });
    },
  );

  test('that the document in force lists has the relying party of that document', () => {
    const current = {
      rpId: 'acme.example',
      origins: ['https://sign.acme.example', 'https://old.acme.example'],
    };
    expect(signingPageRelyingParty('https://sign.acme.example', current)).toEqual(current);
    expect(signingPageRelyingParty('https://new.acme.example', current).rpId).toBe('new.acme.example');
  });

  test.each([
    ['over plain http', 'http://sign.acme.example'],
    ['with a path', 'https://sign.acme.example/'],
    ['with its default port', 'https://sign.acme.example:443'],
    ['in capitals', 'https://Sign.acme.example'],
    ['of an address', 'https://192.0.2.1'],
    ['of an IPv6 address', 'https://[2001:db8::1]'],
    ['of another scheme', 'javascript:alert(1)'],
    ['with somebody’s name', 'https://ada@acme.example'],
    ['of nothing', ''],
  ])('is refused %s', (_how, origin) => {
    expect(() => signingPageRelyingParty(origin, null)).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    );
  });
});

test('a broker that is reached by an IP address is no relying party', () => {
  expect(brokerRelyingParty('http://127.0.0.1:4000')).toBeNull();
  expect(brokerRelyingParty('http://localhost:4000')).toEqual({
    rpId: 'localhost',
    origins: ['http://localhost:4000'],
  });
});
