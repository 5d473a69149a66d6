/** An instant as a `datetime-local` field of the reader's own zone has it: `2026-11-24T15:03`. */
export function localText(at: number): string {
  const date = new Date(at);
  return new Date(at - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
