import type { Trust } from '@countersign/api';
import type { TrustDocument } from '@countersign/contract';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { servicesQuery } from '../../api/requests.js';
import { may, useSession } from '../../api/session.js';
import { draftQuery } from '../../api/trust.js';
import { SigningNotice } from '../../passkey/signing-ui.js';
import { useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { Changes } from './change-list.js';
import { usePropose } from './proposals.js';
import { type RuleEdits, RulesForm } from './rules-form.js';
import { trustTexts } from './trust.text.js';
import { TrustRules } from './trust-rules.js';

/** For an admin: drafts the next version, with changed rules if wanted, and proposes and signs it with one button. */
export function NextVersion({ slug, trust }: { slug: string; trust: Trust }) {
  const text = useText(trustTexts);
  const session = useSession();
  const mayPropose = may(session, 'trust.propose');
  const draft = useQuery({ ...draftQuery(slug, null), enabled: mayPropose }).data;
  const services = useQuery({ ...servicesQuery, enabled: mayPropose }).data?.items ?? [];
  const current = trust.document as TrustDocument;
  const [edits, setEdits] = useState<RuleEdits>({});
  const propose = usePropose(slug, current, session.person);
  if (!mayPropose || draft === undefined) return null;
  const next = { ...draft, ...edits };
  const isEdited = Object.keys(edits).length > 0;
  return (
    <section className="stack">
      <h2>{text.propose}</h2>
      <p className="soft">{text.proposeLead}</p>
      <details className="details">
        <summary>{text.edit}</summary>
        <RulesForm
          document={next}
          services={services}
          onChange={(edit) => {
            propose.reset();
            setEdits({ ...edits, ...edit });
          }}
        />
      </details>
      <Changes current={current} next={next} />
      {isEdited ? (
        <details className="details">
          <summary>{text.whole}</summary>
          <TrustRules document={next} />
        </details>
      ) : null}
      <SigningNotice error={propose.error} />
      <p className="row near">
        <Button busy={propose.isPending} onClick={() => propose.mutate(next)}>
          {text.propose}
        </Button>
        {isEdited ? (
          <Button look="plain" onClick={() => setEdits({})}>
            {text.editBack}
          </Button>
        ) : null}
      </p>
    </section>
  );
}
