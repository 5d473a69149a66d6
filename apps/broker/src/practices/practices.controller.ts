import {
  answerPractice,
  getPractice,
  listPractices,
  openPracticeNow,
  type PracticeSummary,
  type PracticeView,
  type Principal,
  readOwnPractice,
} from '@countersign/access';
import { type PracticeAnswer, type PracticeListQuery, practiceEndpoints } from '@countersign/api';
import { isId } from '@countersign/contract';
import { Controller, Inject } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { Endpoint } from '../http/endpoint.js';
import { Body, CurrentPrincipal, Id, Query, Slug } from '../http/input.js';
import { pageAnswer, readPage } from '../http/page.js';

/** Practice requests, which show that a tenant's approvers can still approve. */
@Controller()
export class PracticesController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Endpoint(practiceEndpoints.list)
  async list(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Query() query: PracticeListQuery,
  ) {
    const page = readPage(query, (text) => isId('prc', text));
    return pageAnswer(await listPractices(this.deps, principal, slug, page), summaryAnswer);
  }

  @Endpoint(practiceEndpoints.open)
  async open(@CurrentPrincipal() principal: Principal, @Slug() slug: string) {
    return viewAnswer(await openPracticeNow(this.deps, principal, slug));
  }

  @Endpoint(practiceEndpoints.read)
  async read(@CurrentPrincipal() principal: Principal, @Slug() slug: string, @Id('prc') id: string) {
    return viewAnswer(await getPractice(this.deps, principal, slug, id));
  }

  @Endpoint(practiceEndpoints.task)
  async task(@CurrentPrincipal() principal: Principal, @Slug() slug: string, @Id('prc') id: string) {
    const { practice, request, signing } = await readOwnPractice(this.deps, principal, slug, id);
    const { task, result } = request;
    return { id, dueAt: practice.dueAt, ...task, result, signing };
  }

  @Endpoint(practiceEndpoints.answer)
  async answer(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Id('prc') id: string,
    @Body() { decision, countersignature, passkeyFailed = false }: PracticeAnswer,
  ) {
    const answer = { decision, countersignature, passkeyFailed };
    return answerPractice(this.deps, principal, slug, id, answer);
  }
}

const QUARTER = 'quarter:';

function summaryAnswer({ practice, counts }: PracticeSummary) {
  const { version: _version, remindedAt: _remindedAt, occasion, ...members } = practice;
  const quarter = occasion.startsWith(QUARTER) ? occasion.slice(QUARTER.length) : null;
  return { ...members, quarter, counts };
}

function viewAnswer({ requests, ...summary }: PracticeView) {
  const { openedAt } = summary.practice;
  const parts = requests.map(({ practice: _of, task: _task, ...part }) => ({
    ...part,
    seconds:
      part.decision === null || part.settledAt === null
        ? null
        : (Date.parse(part.settledAt) - Date.parse(openedAt)) / 1_000,
  }));
  return { ...summaryAnswer(summary), parts };
}
