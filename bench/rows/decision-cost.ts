import { MailServer } from '../../test/fakes/mail-server.js';
import type { Closing } from '../support/closing.js';
import { cpuMicrosecondsOf } from '../support/cpu.js';
import { postgresServers } from '../support/engines.js';
import { LARGE, LargeSite } from '../support/large-site.js';
import type { Family, Sheet } from '../support/table.js';

const WIDTH = 16;

export const decisionCost: Family = {
  name: 'decision-cost',
  async run(closing: Closing): Promise<Sheet> {
    const lines: string[][] = [];
    const requests = Number(process.env.REQUESTS ?? 200);
    for (const server of await postgresServers()) {
      for (const reviewers of (process.env.REVIEWERS ?? '3,100').split(',').map(Number)) {
        const engine = server.engine({
          ...(process.env.JIT === 'off' ? { jit: 'off' } : {}),
          ...(process.env.STAT ? { shared_preload_libraries: 'pg_stat_statements' } : {}),
        });
        const mail = new MailServer();
        await mail.start();
        closing.add(() => mail.stop());
        const site = await LargeSite.start(
          { ...LARGE, tenants: Number(process.env.TENANTS ?? 2000), reviewers },
          {
            databaseUrl: await engine.database(closing),
            brokerEnv: {
              ...(process.env.NOMAIL ? {} : { SMTP_URL: mail.url }),
              ...(process.env.NODEOPT ? { NODE_OPTIONS: process.env.NODEOPT } : {}),
            },
            ...(process.env.PRELOAD ? { preload: [process.env.PRELOAD] } : {}),
          },
        );
        closing.add(() => site.close());
        const ofBroker = () => cpuMicrosecondsOf(site.site.broker.pid);
        await site.decide(60, WIDTH);
        await site.quiet();
        for (let w = 0; w < Number(process.env.WARM ?? 0); w += 1) {
          const b0 = [ofBroker(), engine.cpuMicroseconds()];
          const d = await site.decide(requests, WIDTH);
          await site.quiet();
          const b1 = [ofBroker(), engine.cpuMicroseconds()];
          process.stderr.write(
            `warm ${w}: ${b1.map((x, i) => ((x - (b0[i] ?? 0)) / d.calls / 1000).toFixed(2)).join(' + ')} ms, ${(d.calls / d.seconds).toFixed(1)}/s\n`,
          );
        }
        const before = [ofBroker(), engine.cpuMicroseconds()];
        if (process.env.ONREADY) await (await import(process.env.ONREADY)).begin(site, engine);
        const { calls, seconds } = await site.decide(requests, WIDTH);
        const during = [ofBroker(), engine.cpuMicroseconds()];
        const t = performance.now();
        await site.quiet();
        const quiet = (performance.now() - t) / 1000;
        if (process.env.ONREADY) await (await import(process.env.ONREADY)).end(site, engine);
        const after = [ofBroker(), engine.cpuMicroseconds()];
        const ms = (a: number[], i: number) => (((a[i] ?? 0) - (before[i] ?? 0)) / calls / 1000).toFixed(2);
        lines.push([
          server.name,
          String(reviewers),
          `${(calls / seconds).toFixed(1)}/s`,
          ms(during, 0),
          ms(during, 1),
          ms(after, 0),
          ms(after, 1),
          quiet.toFixed(1),
          String(mail.mails.length),
        ]);
        process.stderr.write(`${lines.at(-1)?.join(' | ')}\n`);
        await closing.closeAll();
      }
    }
    return {
      title: 'decision cost',
      columns: [
        'server',
        'reviewers',
        'rate',
        'broker',
        'pg',
        'broker with notices',
        'pg with notices',
        'quiet after s',
        'mails',
      ],
      lines,
    };
  },
};
