import { Link } from 'react-router';
import { useOrganisation } from '../api/organisation.js';
import { isVendor, type Session } from '../api/session.js';
import { chooseLanguage, useLanguage, useText } from '../text/language.js';
import { Button } from '../ui/button.js';
import { shellTexts } from './shell.text.js';
import { useSignOut } from './sign-out.js';

/** Who is signed in, for whom they act, and the way out. */
export function Account({ session }: { session: Session }) {
  const text = useText(shellTexts);
  const language = useLanguage();
  const signOut = useSignOut();
  const organisation = useOrganisation();
  const side = isVendor(session) ? organisation.vendor : organisation.tenant(session.tenant ?? '');
  return (
    <div className="account">
      <Link className="account-name" to="/account">
        <span className="strong">{session.name}</span>
        <span className="soft small">{side}</span>
      </Link>
      <span className="row near">
        <Button
          small
          look="plain"
          lang={language === 'en' ? 'de' : 'en'}
          onClick={() => chooseLanguage(language === 'en' ? 'de' : 'en')}
        >
          {text.language}
        </Button>
        <Button small busy={signOut.isPending} onClick={() => signOut.mutate()}>
          {text.signOut}
        </Button>
      </span>
    </div>
  );
}
