import {
  type IdempotencyKey,
  type IncidentBoard,
  listIncidents,
  openIncident,
  type Principal,
  readIncident,
} from '@countersign/access';
import {
  type IncidentBoard as BoardAnswer,
  type IncidentBody,
  type IncidentListQuery,
  incidentEndpoints,
} from '@countersign/api';
import { isId } from '@countersign/contract';
import { Controller, Inject } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { Endpoint } from '../http/endpoint.js';
import { Body, CurrentPrincipal, Id, Idempotency, Query } from '../http/input.js';
import { pageAnswer, readPage } from '../http/page.js';
import { accessRequestInput, waitingOf } from '../requests/request-answers.js';

@Controller()
export class IncidentsController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Endpoint(incidentEndpoints.open)
  async open(
    @CurrentPrincipal() principal: Principal,
    @Body() { title, tenants, ...ask }: IncidentBody,
    @Idempotency() idempotency: IdempotencyKey | null,
  ) {
    const { tenant: _none, ...access } = accessRequestInput({ ...ask, tenant: '' });
    return boardAnswer(
      await openIncident(this.deps, principal, { ...access, title, tenants }, { idempotency }),
    );
  }

  @Endpoint(incidentEndpoints.list)
  async list(@CurrentPrincipal() principal: Principal, @Query() query: IncidentListQuery) {
    const page = readPage(query, (text) => isId('inc', text));
    const { cursor: _cursor, limit: _limit, ...filter } = query;
    return pageAnswer(await listIncidents(this.deps, principal, filter, page), (incident) => incident);
  }

  @Endpoint(incidentEndpoints.read)
  async read(@CurrentPrincipal() principal: Principal, @Id('inc') id: string) {
    return boardAnswer(await readIncident(this.deps, principal, id));
  }
}

const boardAnswer = ({ incident, tenants }: IncidentBoard): BoardAnswer => ({
  ...incident,
  tenants: tenants.map(({ tenant, request, refusals, view }) => ({
    ...{ tenant, request, refusals },
    state: view?.request.state ?? null,
    waiting: view === null ? null : waitingOf(view.request),
    lapsesAt: view?.request.lapsesAt ?? null,
    grant: view?.request.grant ?? null,
  })),
});
