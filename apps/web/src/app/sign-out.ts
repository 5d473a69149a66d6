import { useMutation } from '@tanstack/react-query';
import { api } from '../api/client.js';
import { answered } from '../api/problem.js';
import { queryClient } from '../api/query-client.js';
import { sessionQuery } from '../api/session.js';

/** Ends the session, and forgets everything that was read with it. */
export function useSignOut() {
  return useMutation({
    mutationFn: () => answered(api.DELETE('/api/v1/session')),
    onSuccess: () => {
      queryClient.clear();
      queryClient.setQueryData(sessionQuery.queryKey, null);
    },
  });
}
