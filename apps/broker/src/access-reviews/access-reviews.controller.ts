import {
  type AccessReviewSummary,
  decideAccessReview,
  getAccessReview,
  listAccessReviews,
  type Principal,
} from '@countersign/access';
import {
  type AccessReviewDecision,
  type AccessReviewListQuery,
  accessReviewEndpoints,
} from '@countersign/api';
import { isId } from '@countersign/contract';
import { Controller, Inject } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { Endpoint } from '../http/endpoint.js';
import { Body, CurrentPrincipal, Id, Query, Slug } from '../http/input.js';
import { pageAnswer, readPage } from '../http/page.js';

/** The quarterly review in which a tenant's admins confirm or end everything that lets someone in. */
@Controller()
export class AccessReviewsController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Endpoint(accessReviewEndpoints.list)
  async list(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Query() query: AccessReviewListQuery,
  ) {
    const page = readPage(query, (text) => isId('acr', text));
    return pageAnswer(await listAccessReviews(this.deps, principal, slug, page), summaryAnswer);
  }

  @Endpoint(accessReviewEndpoints.read)
  async read(@CurrentPrincipal() principal: Principal, @Slug() slug: string, @Id('acr') id: string) {
    const { items, ...summary } = await getAccessReview(this.deps, principal, slug, id);
    return { ...summaryAnswer(summary), items };
  }

  @Endpoint(accessReviewEndpoints.decide)
  async decide(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Id('acr') id: string,
    @Body() body: AccessReviewDecision,
  ) {
    return decideAccessReview(this.deps, principal, slug, id, body);
  }
}

function summaryAnswer({ review, counts }: AccessReviewSummary) {
  const { version: _version, remindedAt: _remindedAt, ...members } = review;
  return { ...members, counts };
}
