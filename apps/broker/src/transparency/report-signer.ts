import { reportCsv, reportJson, type TransparencyReport } from '@countersign/access';
import { nodeHashing } from '@countersign/authorization';
import { utf8 } from '@countersign/contract';
import { Injectable } from '@nestjs/common';
import { Checkpoints } from '../logs/checkpoints.js';

/** Signs transparency reports with a log's key. */
@Injectable()
export class ReportSigner {
  constructor(private readonly checkpoints: Checkpoints) {}

  /**
   * A signed note over the hashes of both files. Its text:
   *
   *     countersign/transparency-report/v1
   *     dep_… 2026-H2
   *     report.json sha256:…
   *     report.csv sha256:…
   *
   * @param log whose key signs: `deployment`, or the tenant that the report is about
   */
  sign(log: string, report: TransparencyReport): Promise<string> {
    const hash = (text: string) => `sha256:${Buffer.from(nodeHashing.sha256(utf8(text))).toString('hex')}`;
    const lines = [
      report.type,
      `${report.deployment} ${report.period.name}`,
      `report.json ${hash(reportJson(report))}`,
      `report.csv ${hash(reportCsv(report))}`,
    ];
    return this.checkpoints.signText(log, `${lines.join('\n')}\n`);
  }
}
