import type { Terms } from '@countersign/contract';
import { scopeWords } from '@countersign/wording';
import type { AccessRequest } from '../../api/client.js';
import { durationText } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { ProblemNotice } from '../../ui/states.js';
import { decisionTexts } from './decision.text.js';
import { useAnswerOffer } from './use-decide.js';

/** What the requester can do: take what was offered, or take the request back. */
export function AnswerBar({ request }: { request: AccessRequest }) {
  const text = useText(decisionTexts);
  const language = useLanguage();
  const { accept, cancel } = useAnswerOffer(request.id);
  const { offer } = request;
  const terms = offer?.terms as Terms | undefined;
  const error = accept.error ?? cancel.error;
  return (
    <div className="decide stack near no-print">
      {error === null ? null : <ProblemNotice error={error} />}
      {offer === null ? null : <p className="strong">{text.offered}</p>}
      <div className="decide-buttons">
        <Button busy={cancel.isPending} onClick={() => cancel.mutate(request)}>
          {text.cancel}
        </Button>
        {offer === null || terms === undefined ? null : (
          <Button
            look="primary"
            icon="done"
            busy={accept.isPending}
            onClick={() => accept.mutate(offer.digest)}
          >
            {text.accept(scopeWords(terms.scope, language), durationText(terms.seconds, language))}
          </Button>
        )}
      </div>
    </div>
  );
}
