import type { Terms } from '@countersign/contract';
import { ticksOf } from '@countersign/wording';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useSearchParams } from 'react-router';
import type { AccessRequestDetail, Service } from '../../api/client.js';
import { requestQuery } from '../../api/requests.js';
import { useSession } from '../../api/session.js';
import { useText } from '../../text/language.js';
import { Notice } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { askTexts } from './ask.text.js';
import type { Draft } from './draft.js';
import { forgetDraft, isWorthKeeping, keepDraft, keptDraft } from './kept-draft.js';

interface Filled {
  by: 'draft' | 'request' | null;
  /** Once it is sent. */
  forget: () => void;
  startOver: () => void;
}

/**
 * Fills the form in from the earlier request that the address names (`from`), or from the draft that this person left in this
 * browser, and keeps the draft. An address that names anything else wins over a draft.
 */
export function useFilledDraft(
  draft: Draft,
  setDraft: (draft: Draft) => void,
  services: readonly Service[],
): Filled {
  const { person } = useSession();
  const [given] = useSearchParams();
  const [empty] = useState(draft);
  const [by, setBy] = useState<Filled['by']>(null);
  const isPlain = [...given.keys()].length === 0;
  const from = given.get('from');
  const past = useQuery({ ...requestQuery(from ?? ''), enabled: from !== null }).data;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each person, and not when the draft changes
  useEffect(() => {
    const kept = isPlain ? keptDraft(person, Date.now()) : null;
    if (kept === null) return;
    setDraft(kept);
    setBy('draft');
  }, [person, isPlain]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once it has been read, and not when it is read again
  useEffect(() => {
    if (past === undefined) return;
    setDraft(draftOf(past, services));
    setBy('request');
  }, [past?.id]);
  useEffect(() => {
    if (isPlain && isWorthKeeping(draft)) keepDraft(person, draft, Date.now());
  }, [draft, isPlain, person]);
  const forget = () => forgetDraft(person);
  return {
    by,
    forget,
    startOver: () => {
      forget();
      setBy(null);
      setDraft(empty);
    },
  };
}

/** What an earlier request says, without its times: those may be past. */
function draftOf(past: AccessRequestDetail, services: readonly Service[]): Draft {
  const service = services.find(({ name }) => name === past.service);
  const scope = past.scope.map(({ resource, actions }) => `${resource}:${actions.join(',')}`);
  const { budget, unmasked } = past.terms as Terms;
  return {
    tenant: past.tenant,
    service: past.service,
    ...(service === undefined ? { ticked: new Set<string>(), objects: '' } : ticksOf(service, scope)),
    minutes: String(past.terms.seconds / 60),
    justification: past.justification ?? '',
    ticket: past.ticket ?? '',
    emergency: false,
    reasonCode: past.reasonCode ?? '',
    ...(unmasked === true ? { unmasked } : {}),
    ...(budget?.calls === undefined ? {} : { calls: String(budget.calls) }),
  };
}

/** Says where the form's values come from. */
export function FilledNotice({ by, startOver }: Filled) {
  const text = useText(askTexts);
  if (by === null) return null;
  return (
    <Notice tone="plain" icon="info">
      <p>{by === 'draft' ? text.restored : text.fromPast}</p>
      <p>
        <Button small onClick={startOver}>
          {text.discard}
        </Button>
      </p>
    </Notice>
  );
}
