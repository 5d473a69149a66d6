import { Api } from './client/api.js';
import { ask, caller, report } from './job.js';

const { api } = new Api({ baseUrl: caller.brokerUrl });
const as = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });

const { data: asked } = await api.requestsCreate(ask, as(caller.engineer));
for (const key of [caller.reviewer, caller.approver])
  await api.requestsReview(asked.id, { decision: 'approve', digest: asked.digest }, as(key));
const { data: approved } = await api.requestsRead(asked.id, as(caller.engineer));
const grant = approved.grant ?? '';
const { data: token } = await api.grantsToken(grant, {}, as(caller.engineer));
const { data: ended } = await api.grantsRevoke(grant, { reason: 'The work is done' }, as(caller.approver));
report({ state: approved.state, token: token.access_token, ended: ended.endReason });
