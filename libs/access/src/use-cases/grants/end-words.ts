import type { ReadUnit } from '../../ports/index.js';

/** The words of the person who ended the grant; null if there are none, or if they were erased. */
export async function readEndWords(
  { events, openings }: Pick<ReadUnit, 'events' | 'openings'>,
  grant: string,
): Promise<string | null> {
  const { items } = await events.list({ grant, types: ['grant.ended'] }, { cursor: null, limit: 1 });
  const [found] = items;
  if (found === undefined) return null;
  const { commitments } = JSON.parse(found.leaf) as { commitments?: { words?: string } };
  const words = commitments?.words;
  return words === undefined ? null : ((await openings.find([words])).get(words)?.value ?? null);
}
