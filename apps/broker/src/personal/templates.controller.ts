import {
  deleteTemplate,
  listTemplates,
  type Principal,
  type RequestTemplate,
  saveTemplate,
} from '@countersign/access';
import { type NewTemplate, templateEndpoints } from '@countersign/api';
import { Controller, Inject } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { Endpoint } from '../http/endpoint.js';
import { Body, CurrentPrincipal, Id } from '../http/input.js';

/** A person's own templates of requests. */
@Controller()
export class TemplatesController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Endpoint(templateEndpoints.list)
  async list(@CurrentPrincipal() principal: Principal) {
    return { items: (await listTemplates(this.deps, principal)).map(templateAnswer) };
  }

  @Endpoint(templateEndpoints.save)
  async save(@CurrentPrincipal() principal: Principal, @Body() body: NewTemplate) {
    return templateAnswer(await saveTemplate(this.deps, principal, body));
  }

  @Endpoint(templateEndpoints.remove)
  async remove(@CurrentPrincipal() principal: Principal, @Id('tpl') id: string): Promise<void> {
    await deleteTemplate(this.deps, principal, id);
  }
}

const templateAnswer = ({ id, name, request, savedAt }: RequestTemplate) => ({ id, name, request, savedAt });
