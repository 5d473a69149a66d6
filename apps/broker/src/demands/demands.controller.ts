import {
  addDemandStep,
  type DemandView,
  enterDemand,
  fileDemandDocument,
  type IdempotencyKey,
  type DemandLine as ListedLine,
  listDemands,
  notFound,
  type Principal,
  readDemand,
  readDemandDocument,
} from '@countersign/access';
import {
  type Demand,
  type DemandBody,
  type DemandDocumentBody,
  type DemandLine,
  type DemandListQuery,
  type DemandStepBody,
  demandEndpoints,
} from '@countersign/api';
import { isId } from '@countersign/contract';
import { Controller, Header, Inject, Param, Res } from '@nestjs/common';
import type { Response } from 'express';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { Endpoint } from '../http/endpoint.js';
import { Body, CurrentPrincipal, Id, Idempotency, Query } from '../http/input.js';
import { pageAnswer, readPage } from '../http/page.js';

/** Government demands, for the vendor's legal counsel. */
@Controller()
export class DemandsController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Endpoint(demandEndpoints.enter)
  async enter(
    @CurrentPrincipal() principal: Principal,
    @Body() { reference, dueAt, gag, ...body }: DemandBody,
    @Idempotency() key: IdempotencyKey | null,
  ): Promise<Demand> {
    const input = { ...body, reference: reference ?? null, dueAt: dueAt ?? null, gag: gag ?? null };
    return demandAnswer(await enterDemand(this.deps, principal, input, { idempotency: key }));
  }

  @Endpoint(demandEndpoints.list)
  async list(
    @CurrentPrincipal() principal: Principal,
    @Query() { state, tenant, ...query }: DemandListQuery,
  ) {
    const page = readPage(query, (text) => isId('dem', text));
    return pageAnswer(await listDemands(this.deps, principal, { state, tenant }, page), lineAnswer);
  }

  @Endpoint(demandEndpoints.read)
  async read(@CurrentPrincipal() principal: Principal, @Id('dem') id: string): Promise<Demand> {
    return demandAnswer(await readDemand(this.deps, principal, id));
  }

  @Endpoint(demandEndpoints.step)
  async step(
    @CurrentPrincipal() principal: Principal,
    @Id('dem') id: string,
    @Body() body: DemandStepBody,
  ): Promise<Demand> {
    return demandAnswer(await addDemandStep(this.deps, principal, id, body));
  }

  @Endpoint(demandEndpoints.fileDocument)
  async fileDocument(
    @CurrentPrincipal() principal: Principal,
    @Id('dem') id: string,
    @Body() { content, ...body }: DemandDocumentBody,
  ): Promise<Demand> {
    const bytes = new Uint8Array(Buffer.from(content, 'base64'));
    return demandAnswer(await fileDemandDocument(this.deps, principal, id, { ...body, content: bytes }));
  }

  @Header('Cache-Control', 'no-store')
  @Header('Content-Disposition', 'attachment')
  @Endpoint(demandEndpoints.readDocument)
  async readDocument(
    @CurrentPrincipal() principal: Principal,
    @Id('dem') id: string,
    @Param('sha256') sha256: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Buffer> {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw notFound('document');
    const { content } = await readDemandDocument(this.deps, principal, id, `sha256:${sha256}`);
    response.setHeader('Content-Type', 'application/octet-stream');
    return Buffer.from(content);
  }
}

function lineAnswer({ demand, state, gagUntil, isSealed, isOverdue }: ListedLine): DemandLine {
  const { id, authority, country, kind, tenants, receivedAt, dueAt } = demand;
  return {
    ...{ id, authority, country, kind, tenants, receivedAt, dueAt, state, gagUntil },
    ...{ sealed: isSealed, overdue: isOverdue },
  };
}

function demandAnswer(view: DemandView): Demand {
  const { demand, steps, documents, proposal } = view;
  const { legalBasis, reference, data, scope, accounts, gag, createdAt, createdBy } = demand;
  return {
    ...lineAnswer(view),
    ...{ legalBasis, reference, data, scope, accounts, gagOrder: gag?.order ?? null, createdAt, createdBy },
    steps: steps.map(({ from: _from, to, ...step }) => ({ ...step, state: to })),
    documents,
    proposal:
      proposal?.until == null ? null : { person: proposal.person, until: proposal.until, at: proposal.at },
  };
}
