import { Link } from 'react-router';
import { useText } from '../text/language.js';
import { Page } from '../ui/page.js';
import { shellTexts } from './shell.text.js';

export function NotFound() {
  const text = useText(shellTexts);
  return (
    <Page narrow title={text.notFound} lead={text.notFoundLead}>
      <Link className="button" to="/">
        {text.home}
      </Link>
    </Page>
  );
}
