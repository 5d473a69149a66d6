import { createHash } from 'node:crypto';
import { escapeHtml } from '@countersign/mail';
import { durationText } from '@countersign/wording';

const STYLE = `
:root { color-scheme: light dark; --ground: #fbfbf9; --ink: #16181d; --soft: #5a606b; --line: #d9dbe0; --accent: #1f3a8a; --sheet: #ffffff; --on: #ffffff; }
@media (prefers-color-scheme: dark) { :root { --ground: #121317; --ink: #eceef2; --soft: #a3a9b5; --line: #30333b; --accent: #9db4ff; --sheet: #1a1c21; --on: #121317; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 32rem; margin: 0 auto; padding: 48px 16px; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 16px; }
p { margin: 0 0 16px; overflow-wrap: anywhere; }
dl { margin: 0 0 24px; padding: 16px; background: var(--sheet); border: 1px solid var(--line); border-radius: 4px; }
dt { color: var(--soft); font-size: 0.875rem; }
dd { margin: 0 0 8px; overflow-wrap: anywhere; }
form { display: flex; flex-wrap: wrap; gap: 16px; }
button { font: inherit; font-weight: 600; min-height: 44px; padding: 8px 24px; border-radius: 4px; border: 1px solid var(--accent); background: none; color: var(--accent); cursor: pointer; }
button.yes { background: var(--accent); color: var(--on); }
button:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; }
.soft { color: var(--soft); }
`;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** No script, no frame. The form goes to the broker, which redirects only to the waiting command line. */
export const consentPolicy = (port: number): string =>
  `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'self' http://127.0.0.1:${port}; frame-ancestors 'none'`;

/** What the person consents to: which device, as whom, and for how long. */
export interface ConsentFacts {
  device: string;
  name: string;
  email: string;
  /** The longest that the session lasts. */
  seconds: number;
  /** Members of the form, as they arrived. */
  fields: Record<string, string>;
}

export function consentPage({ device, name, email, seconds, fields }: ConsentFacts): string {
  const hidden = Object.entries(fields).map(
    ([member, value]) => `<input type="hidden" name="${escapeHtml(member)}" value="${escapeHtml(value)}">`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Let a command line in · Countersign</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Let this command line work as you?</h1>
<p>A <code>countersign</code> command on this computer asks to be signed in. Say yes only if you have just typed <code>countersign login</code> yourself.</p>
<dl>
<dt>It calls itself</dt><dd>${escapeHtml(device)}</dd>
<dt>It would work as</dt><dd>${escapeHtml(name)} (${escapeHtml(email)})</dd>
<dt>It may</dt><dd>do everything that you may do here</dd>
<dt>For</dt><dd>${durationText(seconds, 'en')} at most. It ends sooner when you sign out of this browser or sign in here again, but not when you only leave this browser idle. It is listed among your sessions.</dd>
</dl>
<form method="post" action="/auth/cli">
${hidden.join('\n')}
<button class="yes" name="decision" value="allow">Let it in</button>
<button name="decision" value="deny">No</button>
</form>
</main>
</body>
</html>
`;
}
