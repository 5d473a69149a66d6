/** Far below the engines' limits on parameters, and one cached statement for most calls. */
const CHUNK = 500;

/** Reads by a long list of keys in pieces. */
export async function inChunks<Key, Row>(
  keys: readonly Key[],
  read: (chunk: Key[]) => Promise<Row[]>,
): Promise<Row[]> {
  const found: Row[] = [];
  for (let start = 0; start < keys.length; start += CHUNK)
    found.push(...(await read(keys.slice(start, start + CHUNK))));
  return found;
}
