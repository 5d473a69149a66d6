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
import { Controller, Get, Inject, Post } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { Allow } from '../http/access.decorators.js';
import { Describe } from '../http/endpoint.js';
import { Body, CurrentPrincipal, Id, Query, Slug } from '../http/input.js';
import { pageAnswer, readPage } from '../http/page.js';

/** The quarterly review in which a tenant's admins confirm or end everything that lets someone in. */
@Controller('api/v1/tenants/:slug/access-reviews')
export class AccessReviewsController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Get()
  @Allow('access-review.read')
  @Describe(accessReviewEndpoints.list)
  async list(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Query() query: AccessReviewListQuery,
  ) {
    const page = readPage(query, (text) => isId('acr', text));
    return pageAnswer(await listAccessReviews(this.deps, principal, slug, page), summaryAnswer);
  }

  @Get(':id')
  @Allow('access-review.read')
  @Describe(accessReviewEndpoints.read)
  async read(@CurrentPrincipal() principal: Principal, @Slug() slug: string, @Id('acr') id: string) {
    const { items, ...summary } = await getAccessReview(this.deps, principal, slug, id);
    return { ...summaryAnswer(summary), items };
  }

  @Post(':id/decisions')
  @Allow('access-review.decide')
  @Describe(accessReviewEndpoints.decide)
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
