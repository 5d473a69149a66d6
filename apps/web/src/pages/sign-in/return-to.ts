/** A page of this broker that the reader was going to; the first page where it is anything else. */
export function localPath(wanted: string | null, origin: string): string {
  if (wanted === null || !wanted.startsWith('/') || !URL.canParse(wanted, origin)) return '/';
  const url = new URL(wanted, origin);
  return url.origin === origin ? url.pathname + url.search + url.hash : '/';
}
