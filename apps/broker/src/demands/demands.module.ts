import { Module } from '@nestjs/common';
import { DemandsController } from './demands.controller.js';

/** Government demands. The job that opens them is with the others, in `jobs/`. */
@Module({ controllers: [DemandsController] })
export class DemandsModule {}
