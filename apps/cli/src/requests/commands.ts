import type { Command } from 'commander';
import type { Run } from '../command/context.js';
import { examples, pageOptions, verb } from '../command/define.js';
import type { ListOptions } from '../command/list.js';
import type { RequestOptions } from './request.js';

/** Asking for access and using it. */
export function registerEngineer(program: Command, run: Run): void {
  program.commandsGroup('Ask for access and use it:');

  verb(program, 'request', 'Ask for access to a tenant’s data')
    .argument('<tenant>', 'slug of the customer, such as acme')
    .argument('<service>', 'data service, such as billing; "countersign routes SERVICE" shows what it holds')
    .requiredOption(
      '--scope <resource:actions...>',
      'RESOURCE:ACTION[,ACTION]…; * is one segment, a final ** any number (may be repeated)',
    )
    .requiredOption('--for <duration>', 'how long, as ISO 8601, such as PT1H')
    .requiredOption('--reason <text>', 'why; the customer reads this')
    .option('--ticket <id>', 'the case or ticket that this belongs to')
    .option('--start-at <time>', 'not before this time (at most 7 days ahead), such as 2026-11-24T15:00:00Z')
    .option('--start-on <when>', 'first-use: the first token starts the clock; needs --use-by')
    .option('--use-by <time>', 'undecided, or not begun, by then: it is gone')
    .option('--calls <n>', 'at most so many calls')
    .option(
      '--invited',
      'only under an invitation of the customer: refused with every reason where none fits',
    )
    .option('--wait', 'stay until it is decided; ends with 1 unless it is approved')
    .addHelpText(
      'after',
      examples(
        'countersign request acme billing --scope "invoices/*:read" --for PT1H --reason "Case 4711: wrong total" --wait',
        'countersign request acme billing --scope "invoices/*:read" --for PT1H --reason "…" --start-on first-use --use-by 2026-11-27T18:00:00Z',
        'countersign request acme billing --scope invoices:list "invoices/*:read,update" --for PT30M --reason "…"',
      ),
    )
    .action(
      run(async (context, tenant: string, service: string, options: RequestOptions) =>
        (await import('./request.js')).request(context, tenant, service, options),
      ),
    );

  listOptions(verb(program, 'requests', 'List requests, newest first'))
    .addHelpText('after', examples('countersign requests --state awaiting_customer'))
    .action(
      run(async (context, options: ListOptions) =>
        (await import('./requests.js')).requests(context, options),
      ),
    );

  verb(program, 'show', 'Show a request or a grant')
    .argument('<id>', 'req_… or grt_…')
    .action(run(async (context, id: string) => (await import('./requests.js')).show(context, id)));

  verb(program, 'accept', 'Accept what the customer offered instead')
    .argument('<request>', 'req_…')
    .action(run(async (context, id: string) => (await import('./requests.js')).accept(context, id)));

  verb(program, 'cancel', 'Withdraw your own request')
    .argument('<request>', 'req_…')
    .action(run(async (context, id: string) => (await import('./requests.js')).cancel(context, id)));

  listOptions(verb(program, 'grants', 'List grants, newest first'))
    .addHelpText('after', examples('countersign grants --state active'))
    .action(
      run(async (context, options: ListOptions) => (await import('./requests.js')).grants(context, options)),
    );

  verb(program, 'token', 'Mint a token; stdout holds the token alone')
    .argument('<grant>', 'grt_…')
    .addHelpText('after', '\nPrefer curl or proxy: they keep the token out of files and process lists.\n')
    .action(run(async (context, id: string) => (await import('../grants/grants.js')).token(context, id)));

  verb(program, 'curl', 'Call the grant’s service with this machine’s curl')
    .usage('<grant> -- [curl options] /path')
    .argument('<grant>', 'grt_…')
    .argument(
      '<args...>',
      'for curl; the first that begins with /, and is no value of an option before it, is a path of the service',
    )
    .passThroughOptions()
    .addHelpText(
      'after',
      `\nThe token is fetched for the call and handed to curl by a file descriptor: it is never in a process list.\n${examples(
        'countersign curl grt_… -- -s /tenants/acme/invoices',
        'countersign curl grt_… -- -s -o /dev/null -w "%{http_code}" /tenants/acme/invoices',
        'countersign curl grt_… -- -X PATCH -d \'{"status":"paid"}\' -H "content-type: application/json" /tenants/acme/invoices/17',
      )}`,
    )
    .action(
      run(async (context, id: string, args: string[]) =>
        (await import('../gateway-access/curl.js')).curl(context, id, args),
      ),
    );

  verb(program, 'proxy', 'Serve the grant’s service on a port of this machine')
    .argument('<grant>', 'grt_…')
    .requiredOption('--port <n>', 'loopback port; 0 lets the system choose')
    .addHelpText(
      'after',
      `\nAdds the token to each call and renews it silently; ends when the grant ends. Answers this machine's\nprograms only, never a web page of another origin.\n${examples(
        'countersign proxy grt_… --port 8080',
        'curl http://localhost:8080/tenants/acme/invoices',
      )}`,
    )
    .action(
      run(async (context, id: string, options: { port: string }) =>
        (await import('../gateway-access/proxy.js')).proxy(context, id, options),
      ),
    );

  verb(program, 'release', 'Give your access back early')
    .argument('<grant>', 'grt_…')
    .action(run(async (context, id: string) => (await import('../grants/grants.js')).release(context, id)));

  verb(program, 'routes', 'Show what a data service holds: routes, resources, actions')
    .argument('<service>', 'such as billing')
    .action(
      run(async (context, name: string) => (await import('../services/routes.js')).routes(context, name)),
    );

  verb(program, 'explain', 'Say whether a call would be allowed under a grant, and if not, why')
    .argument('<method>', 'such as GET')
    .argument('<path>', 'path of the service, with query')
    .requiredOption('--grant <id>', 'grt_…')
    .addHelpText(
      'after',
      examples('countersign explain GET "/tenants/acme/invoices?status=open" --grant grt_…'),
    )
    .action(
      run(async (context, method: string, path: string, options: { grant: string }) =>
        (await import('../services/explain.js')).explain(context, method, path, options),
      ),
    );
}

const listOptions = (command: Command): Command =>
  pageOptions(
    command
      .option('--state <state>', 'only those in this state')
      .option('--tenant <slug>', 'only those of this tenant')
      .option('--service <name>', 'only those of this service'),
  );
