import { useQuery } from '@tanstack/react-query';
import { useSession } from '../../api/session.js';
import { draftQuery } from '../../api/trust.js';
import { SigningNotice } from '../../passkey/signing-notice.js';
import { useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { Loaded } from '../../ui/states.js';
import { TrustRules } from '../trust/trust-rules.js';
import { usePropose } from '../trust/use-propose.js';
import { claimTexts } from './claim.text.js';

/** The rules in words, and the signature that makes them the first version. */
export function FirstVersion({ slug, isReady }: { slug: string; isReady: boolean }) {
  const text = useText(claimTexts);
  const { person } = useSession();
  const draft = useQuery({ ...draftQuery(slug), enabled: isReady });
  const propose = usePropose(slug, null, person);
  return (
    <li className="stack near">
      <h2>{text.rules}</h2>
      {isReady ? (
        <Loaded query={draft}>
          {(document) => (
            <>
              <TrustRules document={document} />
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
