import { useMutation } from '@tanstack/react-query';
import { api, type Grant } from '../../api/client.js';
import { answered } from '../../api/problem.js';
import { queryClient } from '../../api/query-client.js';
import { useText } from '../../text/language.js';
import { liveTexts } from './live.text.js';

/** Ends this grant. */
export function useStop(grant: Grant) {
  const text = useText(liveTexts);
  return useMutation({
    mutationFn: () =>
      answered(
        api.POST('/api/v1/grants/{id}/revocation', {
          params: { path: { id: grant.id } },
          body: { reason: text.stopReason },
        }),
      ),
    onSettled: () => readGrantAgain(grant),
  });
}

export const readGrantAgain = (grant: Grant): Promise<unknown> =>
  Promise.all(
    [['grant', grant.id], ['grants'], ['records', grant.id]].map((queryKey) =>
      queryClient.invalidateQueries({ queryKey }),
    ),
  );
