/** A key id is a thumbprint in base64url (RFC 7638): one in 64 begins as an option does. */
const DASHED_ID = /^-[\w-]{42}$/;

/** The same words with ids that begin with a dash behind `--`, where none is read as an option. */
export function withDashedIdsLast(argv: readonly string[]): readonly string[] {
  const ids = argv.filter((word) => DASHED_ID.test(word));
  if (ids.length === 0 || argv.includes('--')) return argv;
  return [...argv.filter((word) => !DASHED_ID.test(word)), '--', ...ids];
}
