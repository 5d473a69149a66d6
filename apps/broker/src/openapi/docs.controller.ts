import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { docsEndpoints } from '@countersign/api';
import { Controller, Get, Header, Param, Res } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { Response } from 'express';
import { Public } from '../http/access.decorators.js';
import { Describe } from '../http/endpoint.js';
import { HttpProblem } from '../http/problem.js';
import { openApiDocument } from './document.js';
import { listRoutes } from './routes.js';

const require = createRequire(import.meta.url);

/** The files of swagger-ui that the page needs. The broker serves them, so that the page loads nothing from other hosts. */
const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css',
  'swagger-ui-bundle.js': 'text/javascript',
};

const INIT = `SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#docs', deepLinking: true, validatorUrl: null });`;

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Countersign: the API</title>
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/init.js"></script>
</body>
</html>
`;

/** swagger-ui sets styles on elements and loads its icons from data URLs; scripts come only from the broker. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The same for every broker of the process: it depends only on the code. */
let document: Record<string, unknown> | undefined;

@Controller('api')
export class DocsController {
  constructor(private readonly modules: ModulesContainer) {}

  @Get('openapi.json')
  @Public()
  @Header('Content-Type', 'application/json')
  @Header('Cache-Control', 'no-cache')
  @Describe(docsEndpoints.openapi)
  openapi(): Record<string, unknown> {
    document ??= openApiDocument(listRoutes(this.modules));
    return document;
  }

  @Get('docs')
  @Public()
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Content-Security-Policy', POLICY)
  @Describe(docsEndpoints.page)
  page(): string {
    return PAGE;
  }

  @Get('docs/:file')
  @Public()
  @Describe(docsEndpoints.asset)
  async asset(@Param('file') file: string, @Res() response: Response): Promise<void> {
    if (file === 'init.js') {
      response.type('text/javascript').send(INIT);
      return;
    }
    const type = Object.hasOwn(ASSETS, file) ? ASSETS[file] : undefined;
    if (type === undefined) throw new HttpProblem('not_found', 'There is nothing at this address.');
    const folder = dirname(require.resolve('swagger-ui-dist/package.json'));
    response.setHeader('Cache-Control', 'public, max-age=3600');
    response.type(type).send(await readFile(join(folder, file)));
  }
}
