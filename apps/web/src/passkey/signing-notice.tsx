import { useText } from '../text/language.js';
import { Notice } from '../ui/badge.js';
import { ProblemNotice } from '../ui/states.js';
import { passkeyTexts } from './passkey.text.js';
import { PasskeyProblem } from './passkey-problem.js';

/** Why signing did not end well: kindly where somebody only changed their mind. Nothing where there is no error. */
export function SigningNotice({ error }: { error: unknown }) {
  const text = useText(passkeyTexts);
  if (error === null || error === undefined) return null;
  if (!(error instanceof PasskeyProblem)) return <ProblemNotice error={error} />;
  const isKind = error.reason === 'cancelled';
  return (
    <Notice tone={isKind ? 'plain' : 'stop'} icon={isKind ? 'info' : 'alert'} live>
      <p>{text[error.reason]}</p>
    </Notice>
  );
}
