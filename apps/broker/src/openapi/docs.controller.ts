import { brotliCompressSync, gzipSync } from 'node:zlib';
import { docsEndpoints } from '@countersign/api';
import { Controller, Header, Param, Req, Res } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { Request, Response } from 'express';
import { type BuiltFile, send } from '../http/built-file.js';
import { Endpoint } from '../http/endpoint.js';
import { HttpProblem } from '../http/problem.js';
import { DOCS_POLICY, docsIndex, docsPart, type OpenApi } from './docs-page.js';
import { openApiDocument } from './document.js';
import { listRoutes } from './routes.js';

/** The same for every broker of the process: they depend only on the code. */
let document: Record<string, unknown> | undefined;
const pages = new Map<string, BuiltFile>();

@Controller()
export class DocsController {
  constructor(private readonly modules: ModulesContainer) {}

  @Header('Content-Type', 'application/json')
  @Header('Cache-Control', 'no-cache')
  @Endpoint(docsEndpoints.openapi)
  openapi(): Record<string, unknown> {
    document ??= openApiDocument(listRoutes(this.modules));
    return document;
  }

  @Header('Content-Security-Policy', DOCS_POLICY)
  @Endpoint(docsEndpoints.page)
  index(@Req() request: Request, @Res() response: Response): void {
    this.answer('', docsIndex, request, response);
  }

  @Header('Content-Security-Policy', DOCS_POLICY)
  @Endpoint(docsEndpoints.part)
  part(@Param('part') part: string, @Req() request: Request, @Res() response: Response): void {
    this.answer(part, (all) => docsPart(all, part), request, response);
  }

  /** Each page is written and compressed once. Only pages that exist are kept. */
  private answer(
    name: string,
    write: (all: OpenApi) => string | undefined,
    request: Request,
    response: Response,
  ): void {
    const page = pages.get(name) ?? built(write(this.openapi() as unknown as OpenApi));
    if (page === undefined) throw new HttpProblem('not_found', 'There is nothing at this address.');
    pages.set(name, page);
    send(page, 'no-cache', request, response);
  }
}

function built(html: string | undefined): BuiltFile | undefined {
  if (html === undefined) return undefined;
  const body = Buffer.from(html);
  return {
    type: 'text/html; charset=utf-8',
    body,
    brotli: brotliCompressSync(body),
    gzip: gzipSync(body),
  };
}
