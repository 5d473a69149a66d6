import type { Command } from 'commander';
import type { Run } from '../command/context.js';
import { addVerb, examples, GROUPS } from '../command/define.js';

export function registerGatewayAccess(program: Command, run: Run): void {
  program.commandsGroup(GROUPS.ask);

  addVerb(program, 'curl', 'Call the grant’s service with this machine’s curl')
    .usage('<grant> -- [curl options] /path')
    .argument('<grant>', 'grt_…')
    .argument(
      '<args...>',
      'arguments for curl; the first that begins with /, and is not the value of an option before it, is a path of the service',
    )
    .passThroughOptions()
    .addHelpText(
      'after',
      `\nThe command fetches a token and passes it to curl by a file descriptor, so it is never in a process list.\n${examples(
        'countersign curl grt_… -- -s /tenants/acme/invoices',
        'countersign curl grt_… -- -s -o /dev/null -w "%{http_code}" /tenants/acme/invoices',
        'countersign curl grt_… -- -X PATCH -d \'{"status":"paid"}\' -H "content-type: application/json" /tenants/acme/invoices/17',
      )}`,
    )
    .action(
      run(async (context, id: string, args: string[]) => (await import('./curl.js')).curl(context, id, args)),
    );

  addVerb(program, 'proxy', 'Serve the grant’s service on a port of this machine')
    .argument('<grant>', 'grt_…')
    .requiredOption('--port <n>', 'loopback port; 0 lets the system choose')
    .addHelpText(
      'after',
      `\nAdds the token to each call and renews it; ends when the grant ends. It answers programs of this machine\nonly, never a web page of another origin.\n${examples(
        'countersign proxy grt_… --port 8080',
        'curl http://localhost:8080/tenants/acme/invoices',
      )}`,
    )
    .action(
      run(async (context, id: string, options: { port: string }) =>
        (await import('./proxy.js')).proxy(context, id, options),
      ),
    );

  addVerb(program, 'routes', 'Show what a data service holds: routes, resources, actions')
    .argument('<service>', 'such as billing')
    .action(run(async (context, name: string) => (await import('./route-map.js')).showRoutes(context, name)));

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
