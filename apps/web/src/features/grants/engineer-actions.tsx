import type { Grant } from '@countersign/api';
import { firstCallCommand } from '@countersign/wording';
import { useMutation, useQuery } from '@tanstack/react-query';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { serviceQuery } from '../../api/requests.js';
import { useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { Command } from '../../ui/copy.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { ExtendForm } from './extend-form.js';
import { liveTexts } from './live.text.js';

/** For the engineer who holds the grant: the command to paste, and a button that gives access back. */
export function EngineerActions({ grant }: { grant: Grant }) {
  const text = useText(liveTexts);
  const service = useQuery(serviceQuery(grant.service));
  const release = useMutation({
    mutationFn: () => unwrap(api.POST('/api/v1/grants/{id}/release', { params: { path: { id: grant.id } } })),
    onSettled: () => invalidate(['grant', grant.id], ['grants']),
  });
  return (
    <div className="stack near engineer-actions">
      {grant.access === 'open' || (grant.access === 'not_yet' && grant.startsAt === null) ? (
        <>
          {grant.browserUrl === null ? null : (
            <p>
              <a className="button primary" href={grant.browserUrl} target="_blank" rel="noreferrer">
                {text.openInBrowser}
              </a>
            </p>
          )}
          <p className="strong">{text.paste}</p>
          {/* Without the routes the command has no path, and someone quick would paste it so. */}
          {service.isPending ? null : <Command>{firstCallCommand(grant, service.data)}</Command>}
        </>
      ) : null}
      {release.error === null ? null : <ProblemNotice error={release.error} />}
      {/* The broker refuses more time for access that has not begun, or that is stopped or locked. */}
      {grant.access === 'open' ? <ExtendForm grant={grant} /> : null}
      <p>
        <Button small busy={release.isPending} onClick={() => release.mutate()}>
          {text.release}
        </Button>
      </p>
    </div>
  );
}
