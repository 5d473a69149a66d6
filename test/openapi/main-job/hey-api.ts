import { client } from './client/client.gen.js';
import { grantsRevoke, grantsToken, requestsCreate, requestsRead, requestsReview } from './client/sdk.gen.js';
import { ask, caller, report } from './job.js';

client.setConfig({ baseUrl: caller.brokerUrl });
const as = (key: string) => ({ headers: { authorization: `Bearer ${key}` }, throwOnError: true as const });

const { data: asked } = await requestsCreate({ ...as(caller.engineer), body: ask });
for (const key of [caller.reviewer, caller.approver])
  await requestsReview({
    ...as(key),
    path: { id: asked.id },
    body: { decision: 'approve', digest: asked.digest },
  });
const { data: approved } = await requestsRead({ ...as(caller.engineer), path: { id: asked.id } });
const grant = approved.grant ?? '';
const { data: token } = await grantsToken({ ...as(caller.engineer), path: { id: grant } });
const { data: ended } = await grantsRevoke({
  ...as(caller.approver),
  path: { id: grant },
  body: { reason: 'The work is done' },
});
report({ state: approved.state, token: token.access_token, ended: ended.endReason });
