import type { PrivacyControlsDraft, PrivacyControlsTest } from '@countersign/api';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api } from '../../../api/client.js';
import { ApiProblem, unwrap } from '../../../api/problem.js';
import { type JsonObject, normalized } from './document.js';
import type { Fault } from './faults.js';

/** Milliseconds without a change before the draft is sent. People rarely pause longer in the middle of a word. */
const QUIET_MS = 600;

/** The effect of the draft according to the broker. */
export interface Preview {
  /** The effect of the draft. Undefined: not known, or not known yet. */
  test: PrivacyControlsTest | undefined;
  isPending: boolean;
  /** The faults that the broker reports, each with its place. */
  faults: Fault[];
  /** Any other reason why there is no preview. */
  error: unknown;
}

/** The faults that an error of the broker lists; none for any other error. */
export const faultsOf = (error: unknown): Fault[] => {
  if (!(error instanceof ApiProblem) || error.code !== 'invalid_request') return [];
  const places = error.more.errors ?? [{ pointer: error.more.pointer ?? '', detail: error.detail }];
  return places.map(({ pointer, detail }) => ({ pointer, detail, code: error.code }));
};

/**
 * Sends the draft to the broker shortly after each change. The broker uses the evaluator that decides real requests, and the
 * checks that apply when the draft is saved.
 *
 * @param document null: there is nothing to try
 */
export function usePreview(slug: string, version: string, document: JsonObject | null): Preview {
  const text = useQuiet(document === null ? null : JSON.stringify(normalized(document)));
  const query = useQuery({
    queryKey: ['controls-test', slug, version, text],
    enabled: text !== null && document !== null,
    retry: false,
    staleTime: 30_000,
    queryFn: ({ signal }) =>
      unwrap(
        api.POST('/api/v1/tenants/{slug}/privacy-controls/test', {
          params: { path: { slug } },
          body: JSON.parse(text ?? '{}') as PrivacyControlsDraft,
          signal,
        }),
      ),
  });
  if (document === null) return { test: undefined, isPending: false, faults: [], error: null };
  const faults = faultsOf(query.error);
  const isPending = query.isFetching || text !== JSON.stringify(normalized(document));
  const error = faults.length > 0 ? null : query.error;
  // Never show the effect of an earlier draft: the reader could rely on it and save.
  return { test: isPending ? undefined : query.data, isPending, faults: isPending ? [] : faults, error };
}

/** The value, once it has not changed for a while. */
function useQuiet<T>(value: T): T {
  const [quiet, setQuiet] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setQuiet(value), QUIET_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return quiet;
}
