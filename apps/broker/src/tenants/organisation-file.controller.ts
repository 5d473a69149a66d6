import { type Principal, previewOrganisation, readOrganisationInForce } from '@countersign/access';
import {
  type OrganisationFileText,
  type OrganisationInForce,
  type OrganisationPreview,
  organisationEndpoints,
} from '@countersign/api';
import { OpenApiError, parseOrganisation } from '@countersign/config';
import { Controller, Inject } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { Endpoint } from '../http/endpoint.js';
import { Body, CurrentPrincipal, invalidInput } from '../http/input.js';

/** The organisation in force, and what a file would change. Only the operator of the host applies a file. */
@Controller()
export class OrganisationFileController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Endpoint(organisationEndpoints.read)
  async read(@CurrentPrincipal() principal: Principal): Promise<OrganisationInForce> {
    const { vendor, ...inForce } = await readOrganisationInForce(this.deps, principal);
    const { policy } = vendor;
    return { ...inForce, vendor: { ...vendor, policy: policy === null ? null : { ...policy } } };
  }

  @Endpoint(organisationEndpoints.preview)
  async preview(
    @CurrentPrincipal() principal: Principal,
    @Body() { file }: OrganisationFileText,
  ): Promise<OrganisationPreview> {
    // A caller over HTTP must not learn which files the host has, so none is looked for or read.
    const parsed = parseOrganisation(file, () => true, refuseToRead);
    if (parsed.problems !== undefined)
      throw invalidInput(parsed.problems.map(({ pointer, detail }) => ({ pointer, detail: `${detail}.` })));
    const { hash, changes } = await previewOrganisation(this.deps, principal, parsed.organisation);
    const warnings = parsed.warnings.map(({ pointer, detail }) => ({ pointer, detail }));
    return { hash, changes, warnings };
  }
}

function refuseToRead(): never {
  throw new OpenApiError('a comparison over HTTP reads no files of the host; use apply --dry-run there');
}
