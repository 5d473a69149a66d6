/** Why no TLS connection to an upstream came about. Stable: callers and operators read it as `reason`. */
export type TlsFailure =
  | 'untrusted_certificate'
  | 'expired_certificate'
  | 'wrong_name'
  | 'client_certificate_required'
  | 'client_certificate_refused'
  | 'handshake_failed';

/** OpenSSL's verdicts on a certificate, as Node gives them. Every other one means that no trusted authority vouches. */
const VERDICTS: ReadonlyMap<string, TlsFailure> = new Map([
  ['CERT_HAS_EXPIRED', 'expired_certificate'],
  ['CERT_NOT_YET_VALID', 'expired_certificate'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'wrong_name'],
  ['HOSTNAME_MISMATCH', 'wrong_name'],
]);

const UNTRUSTED =
  /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|ERR_TLS_CERT_)/;
/** The alerts of RFC 8446 §6.2 by which a server refuses the certificate of this side. */
const REFUSED_CERTIFICATE =
  /ALERT_(?:UNKNOWN_CA|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_(?:EXPIRED|REVOKED|UNKNOWN)|ACCESS_DENIED)$/;

/** The failure that the code of a socket's error means; undefined if it is not about TLS. */
export function tlsFailureOf(code: string): TlsFailure | undefined {
  const verdict = VERDICTS.get(code);
  if (verdict !== undefined) return verdict;
  if (UNTRUSTED.test(code)) return 'untrusted_certificate';
  if (code.endsWith('ALERT_CERTIFICATE_REQUIRED')) return 'client_certificate_required';
  if (REFUSED_CERTIFICATE.test(code)) return 'client_certificate_refused';
  return code.startsWith('ERR_SSL_') || code === 'EPROTO' ? 'handshake_failed' : undefined;
}
