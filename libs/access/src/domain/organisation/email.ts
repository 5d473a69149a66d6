/**
 * The form in which an e-mail address names a person: trimmed, NFC, lower-case, `+tag` stripped. Two
 * spellings with one normal form are one person (DESIGN §1). Spellings that only look alike (compatibility forms,
 * invisible characters, a trailing dot) are no addresses here: they would make one human two persons.
 *
 * @returns the normal form, or undefined where the text is no address
 */
export function normaliseEmail(text: string): string | undefined {
  const address = text.trim().normalize('NFC').toLowerCase();
  const at = address.lastIndexOf('@');
  if (at < 1 || at === address.length - 1 || address.length > 254) return undefined;
  const local = address.slice(0, at).replace(/\+.*$/u, '');
  const domain = address.slice(at + 1);
  if (local === '' || /[\s@"<>,;:\\()[\]\p{Cc}\p{Cf}]/u.test(local + domain)) return undefined;
  if (domain.endsWith('.') || address.normalize('NFKC') !== address) return undefined;
  return `${local}@${domain}`;
}
