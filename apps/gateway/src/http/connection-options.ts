/**
 * The field names that the values of a `Connection` header name, in lower case: they go no further (RFC 9110 §7.6.1).
 * Undefined where it names none.
 */
export function connectionOptions(values: readonly string[]): Set<string> | undefined {
  const options = values.filter((value) => value !== 'keep-alive' && value !== 'close');
  if (options.length === 0) return undefined;
  return new Set(
    options.flatMap((value) =>
      value
        .toLowerCase()
        .split(',')
        .map((option) => option.trim()),
    ),
  );
}
