import {
  AccessError,
  type Principal,
  readOpenings,
  readOpeningsFrom,
  readWholeLog,
} from '@countersign/access';
import {
  type CosignedCheckpoints,
  type LeafOpenings,
  type LeafOpeningsPage,
  logFileEndpoints,
  type OpeningsQuery,
  type ShownCheckpoint,
} from '@countersign/api';
import { formatTlogPolicy, formatTlogProof, parseTilePath } from '@countersign/audit-log';
import { Controller, Header, Inject, Param, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { Endpoint } from '../http/endpoint.js';
import { KeepsNoSession } from '../http/identify.guard.js';
import { Body, CurrentPrincipal, Query, Slug } from '../http/input.js';
import { isIndex } from '../http/page.js';
import { HttpProblem } from '../http/problem.js';
import { Checkpoints } from './checkpoints.js';
import { isPruned, LogProofs, readTile } from './log-tiles.js';
import { Witnesses } from './witnesses.js';

const TEXT = 'text/plain; charset=utf-8';
/** Tiles never change, but they are for the tenant alone. */
const IMMUTABLE = 'private, max-age=31536000, immutable';
const MUTABLE = 'private, no-cache';

/** A log with its proofs (C2SP tlog-tiles), for followers with the tenant's credentials. */
@Controller()
export class LogFilesController {
  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    private readonly checkpoints: Checkpoints,
    private readonly proofs: LogProofs,
    private readonly witnesses: Witnesses,
  ) {}

  @KeepsNoSession()
  @Header('Content-Type', TEXT)
  @Header('Cache-Control', MUTABLE)
  @Endpoint(logFileEndpoints.checkpoint)
  async checkpoint(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    await this.requireLog(principal, slug);
    const { note, signedAt } = await this.checkpoints.signIfGrown(slug);
    // A checkpoint has no time of its own.
    response.setHeader('Countersign-Signed-At', signedAt);
    return note;
  }

  @Endpoint(logFileEndpoints.showCheckpoint)
  async showCheckpoint(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Body() { checkpoint }: ShownCheckpoint,
  ): Promise<{ size: number }> {
    await this.requireLog(principal, slug);
    return { size: await this.checkpoints.compare(slug, checkpoint) };
  }

  @Header('Content-Type', TEXT)
  @Header('Cache-Control', MUTABLE)
  @Endpoint(logFileEndpoints.vkey)
  async vkey(@CurrentPrincipal() principal: Principal, @Slug() slug: string): Promise<string> {
    await this.requireLog(principal, slug);
    const [vkey] = await this.checkpoints.verifierKeys(slug);
    return `${vkey}\n`;
  }

  @Header('Content-Type', TEXT)
  @Header('Cache-Control', MUTABLE)
  @Endpoint(logFileEndpoints.minimumIndex)
  async minimumIndex(@CurrentPrincipal() principal: Principal, @Slug() slug: string): Promise<string> {
    const minimum = await readWholeLog(this.deps, principal, slug, ({ events }) => events.minimumIndex());
    return `${minimum}\n`;
  }

  @Header('Content-Type', TEXT)
  @Header('Cache-Control', MUTABLE)
  @Endpoint(logFileEndpoints.policy)
  async policy(@CurrentPrincipal() principal: Principal, @Slug() slug: string): Promise<string> {
    await this.requireLog(principal, slug);
    const [vkey = ''] = await this.checkpoints.verifierKeys(slug);
    const trusted = (await this.witnesses.trusted(slug)).filter(({ key }) => key !== null);
    // A key twice would make the whole policy invalid.
    const witnesses = [...new Map(trusted.map((witness) => [witness.vkey, witness])).values()].map(
      ({ vkey: key, url }) => ({ vkey: key, ...(url === null ? {} : { url }) }),
    );
    const quorum = witnesses.length === 0 ? 0 : Math.floor(witnesses.length / 2) + 1;
    return formatTlogPolicy({ log: { vkey }, witnesses, quorum });
  }

  @Header('Cache-Control', MUTABLE)
  @Endpoint(logFileEndpoints.cosigned)
  async cosigned(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
  ): Promise<CosignedCheckpoints> {
    await this.requireLog(principal, slug);
    return { checkpoints: await this.witnesses.cosigned(slug) };
  }

  @KeepsNoSession()
  @Endpoint(logFileEndpoints.tile)
  async tile(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    // From the path as it was sent: a tile has one address.
    const tile = parseTilePath(request.path.slice(`/log/${slug}/`.length));
    const { bytes, minimum } = await readWholeLog(this.deps, principal, slug, async ({ events }) => {
      const [{ size }, begin] = await Promise.all([events.head(), events.minimumIndex()]);
      return { bytes: tile === undefined ? undefined : await readTile(events, tile, size), minimum: begin };
    });
    if (tile !== undefined && isPruned(tile, minimum)) throw new AccessError('pruned');
    if (bytes === undefined) throw new HttpProblem('not_found', 'The log has no such tile.');
    response.setHeader('Content-Type', 'application/octet-stream');
    response.setHeader('Cache-Control', IMMUTABLE);
    response.end(bytes);
  }

  @Header('Cache-Control', MUTABLE)
  @Endpoint(logFileEndpoints.openings)
  async openings(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Param('index') text: string,
  ): Promise<LeafOpenings> {
    const index = leafIndex(text);
    return { index, ...(await readOpenings(this.deps, principal, slug, index)) };
  }

  @Header('Cache-Control', MUTABLE)
  @Endpoint(logFileEndpoints.openingsFrom)
  async openingsFrom(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Query() query: OpeningsQuery,
  ): Promise<LeafOpeningsPage> {
    const index = Number(query.index);
    return { index, ...(await readOpeningsFrom(this.deps, principal, slug, index)) };
  }

  @Header('Content-Type', TEXT)
  @Header('Cache-Control', MUTABLE)
  @Endpoint(logFileEndpoints.proof)
  async proof(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Param('index') text: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    const index = leafIndex(text);
    await this.requireLog(principal, slug);
    const { epoch, size, note } = await this.checkpoints.signIfGrown(slug);
    if (index >= size) throw new HttpProblem('not_found', 'The log has no such leaf.');
    const proof = await readWholeLog(this.deps, principal, slug, async ({ events }) => {
      if (index < (await events.minimumIndex())) throw new AccessError('pruned');
      return this.proofs.inclusion(events, { log: slug, epoch }, index, size);
    });
    response.setHeader('Content-Disposition', `attachment; filename="${slug}-${index}.tlog-proof"`);
    return formatTlogProof({ index, proof, checkpoint: note });
  }

  /** @throws AccessError `forbidden`, `not_found` unless the caller may read the whole log */
  private requireLog(principal: Principal, slug: string): Promise<void> {
    return readWholeLog(this.deps, principal, slug, () => Promise.resolve());
  }
}

function leafIndex(text: string): number {
  if (!isIndex(text)) throw new HttpProblem('not_found', 'The log has no such leaf.');
  return Number(text);
}
