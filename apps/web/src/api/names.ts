import { useQueries } from '@tanstack/react-query';
import { personQuery } from './queries.js';

/** Names of people by id; an ellipsis until one is known, the id where the reader may not know it. */
export function useNames(ids: readonly string[]): (id: string) => string {
  const unique = [...new Set(ids)];
  const found = useQueries({ queries: unique.map((id) => personQuery(id)) });
  return (id) => {
    const query = found[unique.indexOf(id)];
    return query?.data?.name ?? (query?.isPending === false ? id : '…');
  };
}
