import type { PrivacyControlsBody } from '@countersign/api';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../../api/client.js';
import { type Controls, controlsQuery } from '../../../api/organisation.js';
import { unwrap } from '../../../api/problem.js';
import { invalidate, queryClient } from '../../../api/query-client.js';
import {
  type JsonObject,
  type JsonText,
  normalized,
  readText,
  rebased,
  sameJson,
  writeText,
} from './document.js';

/** The reader's draft of the controls. */
export interface Draft {
  /** The version that the draft is based on. */
  base: JsonObject;
  document: JsonObject;
  /** The text of the JSON tab: exactly what the reader typed there, or the document. */
  text: string;
  /** Why the typed text is not a document. `document` is then the last valid one. */
  textProblem: Extract<JsonText, { problem: string }> | null;
}

const documentOf = ({ version: _version, ...members }: Controls): JsonObject => members as JsonObject;

const begun = (controls: Controls): Draft => {
  const document = documentOf(controls);
  return { base: document, document, text: writeText(normalized(document)), textProblem: null };
};

/** The draft after a control of the page has changed the document. */
export const withDocument = (draft: Draft, document: JsonObject): Draft => ({
  ...draft,
  document,
  text: writeText(normalized(document)),
  textProblem: null,
});

/** The draft after something was typed as JSON. Invalid text is kept as it is. */
export function withText(draft: Draft, text: string): Draft {
  const read = readText(text);
  return 'document' in read
    ? { ...draft, text, document: read.document, textProblem: null }
    : { ...draft, text, textProblem: read };
}

/** Discards text that is not a document, and shows the document again. */
export const withoutText = (draft: Draft): Draft => withDocument(draft, draft.document);

/** Whether the draft differs from the version that it is based on. */
export const isEdited = ({ base, document, textProblem }: Draft): boolean =>
  textProblem !== null || !sameJson(normalized(base), normalized(document));

/**
 * The reader's draft, and the functions that change and save it. If someone else saves another version, the draft is kept, and
 * `isStale` says that it can no longer be saved as it is.
 */
export function useControlsDraft(slug: string, controls: Controls) {
  const [version, setVersion] = useState(controls.version);
  const [draft, setDraft] = useState(() => begun(controls));
  const [overlap, setOverlap] = useState<readonly string[]>([]);
  const begin = (from: Controls) => {
    setVersion(from.version);
    setDraft(begun(from));
    setOverlap([]);
  };
  const hasNewVersion = controls.version !== version;
  const edited = isEdited(draft);
  if (hasNewVersion && !edited) begin(controls);
  const save = useMutation({
    mutationFn: () =>
      unwrap(
        api.PUT('/api/v1/tenants/{slug}/privacy-controls', {
          params: { path: { slug } },
          // The broker checks the members: the page may not know all of them.
          body: { ...normalized(draft.document), version } as PrivacyControlsBody,
        }),
      ),
    onSuccess: ({ waiting: _waiting, ...saved }) => {
      begin(saved);
      queryClient.setQueryData(controlsQuery(slug).queryKey, saved);
    },
    onSettled: () => invalidate(['controls', slug], ['widenings', slug]),
  });
  const change = (next: (before: Draft) => Draft) => {
    save.reset();
    setDraft(next);
  };
  return {
    draft,
    version,
    isEdited: edited,
    /** Someone else has saved another version since. */
    isStale: edited && hasNewVersion,
    /** Members that the reader and someone else have both changed, after `rebase`. */
    overlap,
    save,
    change,
    /** Discards the changes and starts from the present version. */
    restart: () => {
      save.reset();
      begin(controls);
    },
    /** Puts the changes on top of the present version. */
    rebase: () => {
      const theirs = documentOf(controls);
      const { document, both } = rebased(draft.base, draft.document, theirs);
      save.reset();
      setVersion(controls.version);
      setDraft(withDocument({ ...draft, base: theirs }, document));
      setOverlap(both);
    },
  };
}
