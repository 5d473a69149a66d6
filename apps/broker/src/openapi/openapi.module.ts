import { Module } from '@nestjs/common';
import { DocsController } from './docs.controller.js';

/** The OpenAPI document and the page that shows it. */
@Module({
  controllers: [DocsController],
})
export class OpenApiModule {}
