import type { PracticeAsk, PracticeOffer } from '@countersign/api';
import type { PracticeStatement, Signature } from '@countersign/contract';
import { durationText, entryWords } from '@countersign/wording';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { PasskeyProblem } from '../../passkey/passkey-problem.js';
import { signingOriginOf } from '../../passkey/signer.js';
import { SigningPages } from '../../passkey/signing-pages.js';
import { SigningNotice } from '../../passkey/signing-ui.js';
import { useLanguage, useText } from '../../text/language.js';
import { Badge, Notice } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { Instant } from '../../ui/clock.js';
import { type PracticeResult, practiceTexts } from './practice.text.js';
import { practiceTaskQuery } from './practice-queries.js';

type Decision = PracticeStatement['decision'];

/** The reader's part of a practice: plainly marked, and answered like a real request. Nothing if they have no part in it. */
export function PracticeTask({ slug, id, onAnswered }: { slug: string; id: string; onAnswered: OnAnswered }) {
  const offer = useQuery({ ...practiceTaskQuery(slug, id), retry: false }).data;
  return offer === undefined ? null : <Part key={id} slug={slug} offer={offer} onAnswered={onAnswered} />;
}

type OnAnswered = (practice: string) => void;

function Part({ slug, offer, onAnswered }: { slug: string; offer: PracticeOffer; onAnswered: OnAnswered }) {
  const text = useText(practiceTexts);
  const [hasFailed, setFailed] = useState(false);
  const answer = useAnswer(slug, offer, hasFailed, onAnswered);
  if (answer.data !== undefined) return <Result {...answer.data} />;
  if (offer.result !== null) return <Result result={offer.result} />;
  return (
    <section className="stack near" aria-labelledby="practice">
      <h2 id="practice">{text.waiting}</h2>
      <Notice tone="wait" icon="info">
        <p className="strong">
          <Badge tone="wait" icon="info">
            {text.badge}
          </Badge>{' '}
          {text.marked}
        </p>
        <p>{text.how}</p>
      </Notice>
      <ExpectedAndAsked offer={offer} />
      <p className="soft">
        {offer.signing === null ? text.noPasskey : hasFailed ? text.failedLead : text.withPasskey}
      </p>
      <SigningNotice error={answer.error} />
      <div className="row">
        <Button busy={answer.isPending} onClick={() => answer.mutate('approve')}>
          {text.approve}
        </Button>
        <Button look="deny" busy={answer.isPending} onClick={() => answer.mutate('deny')}>
          {text.deny}
        </Button>
        {offer.signing === null || hasFailed ? null : (
          <Button small onClick={() => setFailed(true)}>
            {text.failed}
          </Button>
        )}
      </div>
    </section>
  );
}

/** Sends the reader's answer, signed. If their passkey has failed, the answer says so in place of a signature. */
function useAnswer(slug: string, offer: PracticeOffer, hasFailed: boolean, onAnswered: OnAnswered) {
  return useMutation({
    mutationFn: async (decision: Decision) => {
      const isSigned = offer.signing !== null && !hasFailed;
      const proof = isSigned
        ? { countersignature: await signAnswer(offer, decision) }
        : { passkeyFailed: hasFailed };
      return unwrap(
        api.POST('/api/v1/tenants/{slug}/practices/{id}/answer', {
          params: { path: { slug, id: offer.id } },
          body: { decision, ...proof },
        }),
      );
    },
    onSuccess: () => {
      onAnswered(offer.id);
      return invalidate(['practices']);
    },
  });
}

/** How the reader's part ended. `right` is known only to the page that sent the answer. */
function Result({ result, right }: { result: PracticeResult; right?: Decision }) {
  const text = useText(practiceTexts);
  const isRight = result === 'passed';
  return (
    <Notice tone={isRight ? 'accent' : 'stop'} icon={isRight ? 'done' : 'alert'} live>
      <p className="strong">{text.outcomes[result]}</p>
      {right === undefined ? null : <p>{text.rightWas[right]}</p>}
      <p className="soft">{text.marked}</p>
    </Notice>
  );
}

function ExpectedAndAsked({ offer: { expected, asked, dueAt } }: { offer: PracticeOffer }) {
  const text = useText(practiceTexts);
  const language = useLanguage();
  const words = ({ action, resource, seconds }: PracticeAsk) =>
    text.forTime(entryWords({ resource, actions: [action] }, language), durationText(seconds, language));
  return (
    <dl className="facts">
      <dt>{text.expected}</dt>
      <dd className="strong">{words(expected)}</dd>
      <dt>{text.asked}</dt>
      <dd className="strong">{words(asked)}</dd>
      <dt>{text.due}</dt>
      <dd>
        <Instant at={dueAt} />
      </dd>
    </dl>
  );
}

/** Signs what the page shows. @throws PasskeyProblem `differs` if the broker offers the statement of another practice */
function signAnswer(
  { id, expected, asked, signing }: PracticeOffer,
  decision: Decision,
): Promise<Signature<PracticeStatement>> {
  if (signing === null) throw new PasskeyProblem('differs');
  const { statement, rpId, credentials, origins } = signing;
  const { type, deployment, tenant, practice, person, notBefore, notAfter } = statement;
  const isShown = JSON.stringify([expected, asked]) === JSON.stringify([statement.expected, statement.asked]);
  if (type !== 'countersign/practice/v1' || practice !== id || !isShown) throw new PasskeyProblem('differs');
  const ownStatement: PracticeStatement = {
    ...{ type, deployment, tenant, practice, person, decision, notBefore, notAfter },
    ...{ expected: statement.expected, asked: statement.asked },
  };
  const at = signingOriginOf(origins);
  return SigningPages.open([at], (pages) => pages.sign(ownStatement, { rpId, credentials, at }));
}
