import { X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';

/** PEM texts do not make a TLS identity or a list of authorities. `message` names the rule, never the content. */
export class BadTlsMaterial extends Error {
  override readonly name = 'BadTlsMaterial';
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** PEM texts. No `ca`: the authorities that Node has. */
export type TlsPem = Partial<Record<'ca' | 'cert' | 'key', string | undefined>>;

/**
 * What OpenSSL makes of certificate, key and authorities. Throws BadTlsMaterial if one of them is not what it should be.
 * OpenSSL itself ignores an authority that it cannot read; then no one, or the wrong one, would be trusted.
 */
export function secureContextOf(pem: TlsPem): SecureContext {
  if (pem.ca !== undefined) requireCertificates('the file of authorities', pem.ca);
  if (pem.cert !== undefined) requireCertificates('the certificate file', pem.cert);
  try {
    return createSecureContext({ ...pem });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const rule =
      code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH' ? 'the key is not that of the certificate' : code;
    throw new BadTlsMaterial(`certificate and key cannot be used (${rule ?? 'unknown'})`, { cause: error });
  }
}

function requireCertificates(what: string, pem: string): void {
  const found = pem.match(CERTIFICATE) ?? [];
  if (found.length === 0) throw new BadTlsMaterial(`${what} has no certificate in PEM`);
  try {
    for (const each of found) new X509Certificate(each);
  } catch (error) {
    throw new BadTlsMaterial(`${what} has a certificate that cannot be read`, { cause: error });
  }
}
