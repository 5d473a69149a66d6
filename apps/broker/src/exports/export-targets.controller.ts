import { X509Certificate } from 'node:crypto';
import {
  addExportTarget,
  type ExportTargetView,
  listExportTargets,
  type Principal,
  removeExportTarget,
} from '@countersign/access';
import {
  type AddedExportTarget,
  type ExportTarget,
  exportEndpoints,
  type NewExportTarget,
} from '@countersign/api';
import { Controller, Inject } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { Endpoint } from '../http/endpoint.js';
import { Body, CurrentPrincipal, Id, Slug } from '../http/input.js';
import { HttpProblem } from '../http/problem.js';

/** Where a side streams its own logs to. */
@Controller()
export class ExportTargetsController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Endpoint(exportEndpoints.targets)
  async list(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
  ): Promise<{ items: ExportTarget[] }> {
    return { items: (await listExportTargets(this.deps, principal, slug)).map(targetAnswer) };
  }

  @Endpoint(exportEndpoints.addTarget)
  async add(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Body() { secret, from, ca, splunkIndex, ...rest }: NewExportTarget,
  ): Promise<AddedExportTarget> {
    if (ca !== undefined) requireCertificates(ca);
    const added = await addExportTarget(this.deps, principal, slug, {
      settings: { ...rest, ca: ca ?? null, splunkIndex: splunkIndex ?? null },
      secret: secret ?? null,
      from,
    });
    return { ...targetAnswer(added.target), secret: added.madeSecret };
  }

  @Endpoint(exportEndpoints.removeTarget)
  async remove(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Id('xpt') id: string,
  ): Promise<void> {
    await removeExportTarget(this.deps, principal, slug, id);
  }
}

function targetAnswer(target: ExportTargetView): ExportTarget {
  const { id, log, kind, name, address, content, splunkIndex, ca, next, size, ...rest } = target;
  const { sentAt, lastError, failedAt, failures, createdAt, createdBy } = rest;
  return {
    ...{ id, log, kind, name, address, content, splunkIndex, ownCa: ca !== null },
    ...{ lastSent: sentAt === null ? null : next - 1, next, size },
    ...{ sentAt, lastError, failedAt, failures, createdAt, createdBy },
  };
}

/** A certificate that cannot be read would fail each attempt. @throws HttpProblem `invalid_request` */
function requireCertificates(pem: string): void {
  const found = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  try {
    if (found.length === 0) throw new Error('there is none');
    for (const each of found) new X509Certificate(each);
  } catch {
    throw new HttpProblem('invalid_request', 'ca holds certificates in the PEM format.', { pointer: '/ca' });
  }
}
