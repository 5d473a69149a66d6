import type { TrustDocument } from '@countersign/contract';
import { joinWithAnd } from '@countersign/wording';
import { useQuery } from '@tanstack/react-query';
import { peopleQuery } from '../../api/organisation.js';
import { useSession } from '../../api/session.js';
import { draftQuery } from '../../api/trust.js';
import type { SigningOrigin } from '../../passkey/signer.js';
import { SigningNotice } from '../../passkey/signing-ui.js';
import { useLanguage, useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { Loaded } from '../../ui/query-states.js';
import { usePropose } from '../trust/proposals.js';
import { TrustRules } from '../trust/trust-rules.js';
import { claimTexts } from './claim.text.js';

/** The rules in words, and a button that signs them as the first version. */
export function FirstVersion({ slug, isReady, at }: { slug: string; isReady: boolean; at: SigningOrigin }) {
  const text = useText(claimTexts);
  const { person } = useSession();
  const draft = useQuery({ ...draftQuery(slug, at), enabled: isReady });
  const propose = usePropose(slug, null, person);
  return (
    <li className="stack near">
      <h2>{text.rules}</h2>
      {isReady ? (
        <Loaded query={draft}>
          {(document) => (
            <>
              <TrustRules document={document} />
              <NotNamed slug={slug} document={document} />
              <p className="soft">{text.signMeans}</p>
              <SigningNotice error={propose.error} />
              <p>
                <Button
                  look="primary"
                  icon="done"
                  busy={propose.isPending}
                  onClick={() => propose.mutate(document)}
                >
                  {text.signButton}
                </Button>
              </p>
            </>
          )}
        </Loaded>
      ) : (
        <p className="soft">{text.rulesAfter}</p>
      )}
    </li>
  );
}

/** Names the approvers whom the document leaves out, so that no one is forgotten. */
function NotNamed({ slug, document }: { slug: string; document: TrustDocument }) {
  const text = useText(claimTexts);
  const language = useLanguage();
  const { data } = useQuery(peopleQuery(slug));
  const named = new Set(document.people.map(({ person }) => person));
  const others = (data?.items ?? []).filter(
    ({ id, roles, removedAt }) => removedAt === null && roles.includes('approver') && !named.has(id),
  );
  if (others.length === 0) return null;
  return (
    <p className="soft">
      {text.others(
        joinWithAnd(
          others.map(({ name }) => name),
          language,
        ),
      )}
    </p>
  );
}
