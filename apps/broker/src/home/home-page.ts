import { createHash } from 'node:crypto';
import type { BrokerSettings } from '../injection.js';

const STYLE = `
:root { color-scheme: light dark; --ground: #fbfbf9; --ink: #16181d; --soft: #5a606b; --line: #d9dbe0; --accent: #1f3a8a; --sheet: #ffffff; --open: #17663a; }
@media (prefers-color-scheme: dark) { :root { --ground: #121317; --ink: #eceef2; --soft: #a3a9b5; --line: #30333b; --accent: #9db4ff; --sheet: #1a1c21; --open: #6fce98; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; font-variant-numeric: tabular-nums; }
main { max-width: 46rem; margin: 0 auto; padding: 48px 24px 64px; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 8px; letter-spacing: -0.01em; }
h2 { font-size: 1rem; margin: 40px 0 12px; }
p { margin: 0 0 12px; }
.lead { font-size: 1.125rem; color: var(--soft); max-width: 38rem; }
.state { margin: 0; color: var(--open); font-weight: 600; }
a { color: var(--accent); text-underline-offset: 3px; }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; }
ol { margin: 0; padding: 0 0 0 24px; }
li { margin: 0 0 12px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 8px 24px; margin: 0; padding: 16px 24px; background: var(--sheet); border: 1px solid var(--line); border-radius: 4px; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
pre { margin: 8px 0 0; padding: 12px 16px; background: var(--sheet); border: 1px solid var(--line); border-radius: 4px; overflow-x: auto; font: 0.875rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
footer { margin-top: 48px; padding-top: 16px; border-top: 1px solid var(--line); color: var(--soft); font-size: 0.875rem; }
@media (max-width: 30rem) { main { padding-top: 32px; } dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 8px; } }
`;

/** Nothing is loaded, run or framed; the one style is named by its hash. */
export const HOME_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256')
  .update(STYLE)
  .digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);

/** The first page: what this is, what runs where, what to try. Self-contained. */
export function homePage({
  publicUrl,
  gatewayUrl,
}: Pick<BrokerSettings, 'publicUrl' | 'gatewayUrl'>): string {
  const broker = escapeHtml(publicUrl);
  const gateway = escapeHtml(gatewayUrl);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Countersign</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Countersign</h1>
<p class="lead">Nobody at the vendor has standing access to a customer’s data. An engineer asks, a colleague reviews, the customer’s own approver decides, and every call is written down before it happens.</p>
<p class="state">● The broker is running</p>

<h2>What runs</h2>
<dl>
<dt>Broker</dt><dd>${broker} takes requests and decisions, mints tokens, keeps the log</dd>
<dt>Gateway</dt><dd>${gateway} checks each call to a data service against the customer’s approval</dd>
<dt>API</dt><dd><a href="/api/docs">Browse it</a>, or read <a href="/api/openapi.json">openapi.json</a></dd>
<dt>Health</dt><dd><a href="/healthz">healthz</a>, <a href="/readyz">readyz</a>, <a href="/metrics">metrics</a></dd>
<dt>Keys</dt><dd><a href="/.well-known/jwks.json">jwks.json</a>, for whoever checks tokens</dd>
</dl>

<h2>What to try</h2>
<ol>
<li>Watch the whole story, from the ask to the stop, with what each party sees:
<pre>npx countersign tour</pre></li>
<li>Ask for access yourself. Make a key on the broker’s host, then ask as that engineer:
<pre>export COUNTERSIGN_API_KEY=$(npx countersign keys create \\
  --principal erin@northwind.example)
npx countersign request acme billing --scope 'invoices/*:read' \\
  --for PT30M --reason "Case 4711: a wrong total" --wait</pre></li>
<li>In two other terminals, with keys of the reviewer (<code>max@northwind.example</code>) and then of the customer’s approver (<code>ada@acme.example</code>), decide:
<pre>npx countersign requests
npx countersign review REQUEST --approve --reason "Fits the case"</pre></li>
<li>Work as the engineer; stop as the customer:
<pre>npx countersign curl GRANT -- /tenants/acme/invoices/inv-1001
npx countersign revoke GRANT --reason "Seen enough"</pre></li>
</ol>

<footer>No way in through Countersign without the reviews that both sides ask for. The names above are the demonstration’s; yours are in your organisation file.</footer>
</main>
</body>
</html>
`;
}
