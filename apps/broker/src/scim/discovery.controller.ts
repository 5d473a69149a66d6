import { notFound } from '@countersign/access';
import { SCIM_SCHEMAS, SCIM_TYPE, scimDiscoveryEndpoints } from '@countersign/api';
import { Controller, Header, Inject, Param, UseFilters } from '@nestjs/common';
import { type BrokerSettings, SETTINGS } from '../core.module.js';
import { Endpoint } from '../http/endpoint.js';
import { RESOURCE_TYPES, SCHEMAS, SERVICE_PROVIDER_CONFIG } from './scim-documents.js';
import { ScimErrorFilter } from './scim-error.js';

type Document = { schemas: string[]; id?: string; meta?: { resourceType: string } };

/** What this SCIM service is (RFC 7643 §5 to §7). */
@Controller()
@UseFilters(ScimErrorFilter)
export class ScimDiscoveryController {
  private readonly base: string;

  constructor(@Inject(SETTINGS) { publicUrl }: BrokerSettings) {
    this.base = `${publicUrl}/scim/v2`;
  }

  @Header('Content-Type', SCIM_TYPE)
  @Endpoint(scimDiscoveryEndpoints.config)
  config() {
    return this.located('ServiceProviderConfig', SERVICE_PROVIDER_CONFIG);
  }

  @Header('Content-Type', SCIM_TYPE)
  @Endpoint(scimDiscoveryEndpoints.schemas)
  schemas() {
    return listOf(SCHEMAS.map((schema) => this.located('Schema', schema)));
  }

  @Header('Content-Type', SCIM_TYPE)
  @Endpoint(scimDiscoveryEndpoints.schema)
  schema(@Param('id') id: string) {
    return this.located('Schema', findDocument(SCHEMAS, id));
  }

  @Header('Content-Type', SCIM_TYPE)
  @Endpoint(scimDiscoveryEndpoints.resourceTypes)
  resourceTypes() {
    return listOf(RESOURCE_TYPES.map((type) => this.located('ResourceType', type)));
  }

  @Header('Content-Type', SCIM_TYPE)
  @Endpoint(scimDiscoveryEndpoints.resourceType)
  resourceType(@Param('id') id: string) {
    return this.located('ResourceType', findDocument(RESOURCE_TYPES, id));
  }

  private located<D extends Document>(resourceType: string, document: D) {
    const place = document.id === undefined ? resourceType : `${resourceType}s/${document.id}`;
    return { ...document, meta: { resourceType, location: `${this.base}/${place}` } };
  }
}

function findDocument<D extends Document>(documents: readonly D[], id: string): D {
  const found = documents.find((document) => document.id === id);
  if (found === undefined) throw notFound('document');
  return found;
}

const listOf = (resources: object[]) => ({
  schemas: [SCIM_SCHEMAS.listResponse] as [typeof SCIM_SCHEMAS.listResponse],
  totalResults: resources.length,
  startIndex: 1,
  itemsPerPage: resources.length,
  Resources: resources as Record<string, unknown>[],
});
