import { Module } from '@nestjs/common';
import { LogsModule } from '../logs/logs.module.js';
import { EvidenceController } from './evidence.controller.js';
import { EvidencePacks } from './evidence-packs.js';

/** Evidence packs for auditors. */
@Module({ imports: [LogsModule], controllers: [EvidenceController], providers: [EvidencePacks] })
export class EvidenceModule {}
