import { tlsFailureOf } from './tls-failure.js';

test.each([
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'untrusted_certificate'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'untrusted_certificate'],
  ['CERT_REVOKED', 'untrusted_certificate'],
  ['CERT_HAS_EXPIRED', 'expired_certificate'],
  ['CERT_NOT_YET_VALID', 'expired_certificate'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'wrong_name'],
  ['HOSTNAME_MISMATCH', 'wrong_name'],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'client_certificate_required'],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'client_certificate_refused'],
  ['ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE', 'client_certificate_refused'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'handshake_failed'],
  ['ERR_SSL_CERT_CB_ERROR', 'handshake_failed'],
  ['ERR_SSL_TLSV1_ALERT_BAD_CERTIFICATE_STATUS_RESPONSE', 'handshake_failed'],
  ['EPROTO', 'handshake_failed'],
  ['ECONNRESET', undefined],
])('%s is %s', (code, failure) => {
  expect(tlsFailureOf(code)).toBe(failure);
});
