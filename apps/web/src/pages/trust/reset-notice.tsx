import { useMutation } from '@tanstack/react-query';
import { Link } from 'react-router';
import { api } from '../../api/client.js';
import { answered } from '../../api/problem.js';
import { hasRole, useSession } from '../../api/session.js';
import { readTrustAgain, type Trust } from '../../api/trust.js';
import { useText } from '../../text/language.js';
import { Notice } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { Instant } from '../../ui/clock.js';
import { ProblemNotice } from '../../ui/states.js';
import { trustTexts } from './trust.text.js';

/** The vendor's host says that all keys are lost: whoever has one objects, whoever has none claims anew. */
export function ResetNotice({ slug, reset }: { slug: string; reset: NonNullable<Trust['reset']> }) {
  const text = useText(trustTexts);
  const session = useSession();
  const isAdmin = hasRole(session, 'admin') && session.assurance === 'oidc';
  const object = useMutation({
    mutationFn: () =>
      answered(api.DELETE('/api/v1/tenants/{slug}/trust/reset', { params: { path: { slug } } })),
    onSettled: () => readTrustAgain(slug),
  });
  return (
    <Notice tone="stop" icon="alert" live>
      <p className="strong">{text.reset}</p>
      <p>
        {text.resetReason(reset.reason)} · <Instant at={reset.createdAt} />
      </p>
      <p>{text.resetMeans}</p>
      {object.error === null ? null : <ProblemNotice error={object.error} />}
      {isAdmin ? (
        <p className="row near">
          <Button look="stop" icon="stop" busy={object.isPending} onClick={() => object.mutate()}>
            {text.resetObject}
          </Button>
          <Link className="button" to="/claim">
            {text.resetAnew}
          </Link>
        </p>
      ) : null}
    </Notice>
  );
}
