import type { Command } from 'commander';
import { CHOICES } from '../command/choices.js';
import type { Run } from '../command/context.js';
import { addVerb, choiceOption, examples, GROUPS } from '../command/define.js';
import type { ChangeOptions } from './change.js';
import type { ImportOptions } from './import-routes.js';
import type { SqlOptions } from './sql.js';

export function registerGatewayAccess(program: Command, run: Run): void {
  program.commandsGroup(GROUPS.ask);
  defineCurl(program, run);
  defineProxy(program, run);
  defineChange(program, run);
  defineSql(program, run);
  defineRoutes(program, run);
  defineExplain(program, run);
}

function defineCurl(program: Command, run: Run): void {
  addVerb(program, 'curl', 'Call the grant’s service with this machine’s curl')
    .usage('<grant> -- [curl options] /path')
    .argument('<grant>', 'grt_…')
    .argument(
      '<args...>',
      'options of curl, written in full or as letters, and one path of the service that begins with /',
    )
    .passThroughOptions()
    .addHelpText(
      'after',
      `\nThe command fetches a token and passes it to curl by a file descriptor, so it is never in a process list. It takes\none path, and refuses options that would send the token elsewhere or show it: -x, -K, --connect-to, -v and the like.\nYour .curlrc is not read.\n${examples(
        'countersign curl grt_… -- -s /tenants/acme/invoices',
        'countersign curl grt_… -- -s -o /dev/null -w "%{http_code}" /tenants/acme/invoices',
        'countersign curl grt_… -- -X PATCH -d \'{"status":"paid"}\' -H "content-type: application/json" /tenants/acme/invoices/17',
      )}`,
    )
    .action(
      run(async (context, id: string, args: string[]) => (await import('./curl.js')).curl(context, id, args)),
    );
}

function defineProxy(program: Command, run: Run): void {
  addVerb(program, 'proxy', 'Serve the grant’s service on a port or a socket of this machine')
    .argument('<grant>', 'grt_…')
    .option('--port <n>', 'loopback port; 0 lets the system choose')
    .option('--socket <path>', 'a Unix socket that only you can open, instead of a port')
    .addHelpText(
      'after',
      `\nAdds the token to each call and renews it; ends when the grant ends. With --port it prints an address whose path\nbegins with a secret: others who use this machine reach the port, but not the grant. A process list shows addresses\nthat are arguments; on a machine with other users prefer --socket. No web page of another origin is answered.\n${examples(
        'countersign proxy grt_… --port 8080',
        'curl http://localhost:8080/Zm9yIHRoaXMgcnVuIG9u/tenants/acme/invoices',
        'countersign proxy grt_… --socket ~/.countersign.sock',
        'curl --unix-socket ~/.countersign.sock http://localhost/tenants/acme/invoices',
      )}`,
    )
    .action(
      run(async (context, id: string, options: { port?: string; socket?: string }) =>
        (await import('./proxy.js')).proxy(context, id, options),
      ),
    );
}

function defineChange(program: Command, run: Run): void {
  addVerb(program, 'change', 'Request one exact call beside a grant: this method, path and body, once')
    .argument('<grant>', 'grt_…')
    .argument('<method>', 'such as PATCH')
    .argument('<path>', 'path of the service, with query')
    .requiredOption('--data <text>', 'the body: @FILE, @- for standard input, or the text itself')
    .option('--for <duration>', 'how long the change may be made once it is approved', '30m')
    .option('--reason <text>', 'why; the customer reads this (that of the grant’s request)')
    .option('--content-type <type>', 'of the body (application/json if it is JSON)')
    .option('--no-read', 'do not read the path through the grant; the approver sees the new body alone')
    .option('--no-show', 'show the approver the hash of the body alone')
    .addHelpText(
      'after',
      `\nThe approver sees the new body beside what one GET of the path through the grant returns now.\n${examples(
        'countersign change @last PATCH /tenants/acme/invoices/8812 --data @total.json --reason "Wrong total"',
      )}`,
    )
    .action(
      run(async (context, grant: string, method: string, path: string, options: ChangeOptions) =>
        (await import('./change.js')).proposeChange(context, grant, method, path, options),
      ),
    );
}

function defineSql(program: Command, run: Run): void {
  addVerb(
    program,
    'sql',
    'Run one read-only SQL statement in the grant’s database; without one, show a prompt',
  )
    .argument('<grant>', 'grt_…')
    .argument('[statement]', 'a query: SELECT, VALUES, TABLE or WITH; - for standard input')
    .option('--file <file>', 'read the statement from a file; - for standard input')
    .option('--param <value...>', 'the values of $1, $2, …, as texts')
    .option('--csv', 'print CSV with a line of headings')
    .addHelpText(
      'after',
      `\nThe gateway runs it in a read-only transaction, which sees the rows of the grant’s customer only. The statement and\nits parameters are in the record, which the customer reads.\n${examples(
        "countersign sql @last 'SELECT id, total FROM invoices WHERE id = $1' --param 8812",
        'countersign sql @last --file open-invoices.sql --csv > open-invoices.csv',
        'countersign sql @last',
      )}`,
    )
    .action(
      run(async (context, grant: string, statement: string | undefined, options: SqlOptions) =>
        (await import('./sql.js')).runSql(context, grant, statement, options),
      ),
    );
}

function defineRoutes(program: Command, run: Run): void {
  const routes = addVerb(program, 'routes', 'Show what a data service holds: routes, resources, actions')
    .argument('<service>', 'such as billing')
    .action(run(async (context, name: string) => (await import('./route-map.js')).showRoutes(context, name)));

  addVerb(routes, 'import', 'Make a route map of an OpenAPI description')
    .argument('<file>', 'OpenAPI 3 or Swagger 2.0, as JSON or YAML; - for standard input')
    .option('--dry-run', 'only say what would be mapped, and what is left to map')
    .addOption(
      choiceOption('--tenant-from <where>', 'as in the organisation file (path)', CHOICES.tenantFrom),
    )
    .option('--checks-tenant', 'with --tenant-from service: the service checks the tenant before it acts')
    .option('--exact-paths', 'the service reads each spelling of a path as another path (paths: exact)')
    .option('--tenant-parameter <name>', 'the path parameter that is the tenant (tenant)')
    .addHelpText(
      'after',
      `\nPrints the routes as the organisation file lists them. A service may also name the file itself: openapi: FILE.\n${examples(
        'countersign routes import billing.openapi.yaml --dry-run',
        'countersign routes import billing.openapi.yaml --tenant-parameter account > routes.yaml',
      )}`,
    )
    .action(
      run(async (context, file: string, options: ImportOptions) =>
        (await import('./import-routes.js')).importRoutes(context, file, options),
      ),
    );
}

function defineExplain(program: Command, run: Run): void {
  addVerb(program, 'explain', 'Say whether a grant would allow a call, and if not, why')
    .argument('<method>', 'such as GET')
    .argument('<path>', 'path of the service, with query')
    .requiredOption('--grant <id>', 'grt_…')
    .addHelpText(
      'after',
      examples('countersign explain GET "/tenants/acme/invoices?status=open" --grant grt_…'),
    )
    .action(
      run(async (context, method: string, path: string, options: { grant: string }) =>
        (await import('./route-map.js')).explainCall(context, method, path, options),
      ),
    );
}
