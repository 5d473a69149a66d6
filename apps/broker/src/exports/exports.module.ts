import { Module } from '@nestjs/common';
import { ExportsController } from './exports.controller.js';

/** Logs in the formats of SIEMs. */
@Module({ controllers: [ExportsController] })
export class ExportsModule {}
