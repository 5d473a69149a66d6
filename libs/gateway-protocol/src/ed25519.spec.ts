import { ed25519Thumbprint } from './ed25519.js';

it('computes the thumbprint of the example of RFC 8037, appendix A.3', () => {
  expect(ed25519Thumbprint('11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo')).toBe(
    'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
  );
});
