import { CONTENT_SECURITY_POLICY } from '../data-service/pages/layout.js';
import { PAGE_POLICY as SIGN_IN_POLICY } from '../identity/pages.js';
import { PAGE_POLICY as MAILBOX_POLICY } from '../mailbox/mailbox-page.js';
import { html, renderDocument } from './html.js';

describe('html', () => {
  test('escapes values in text and attributes', () => {
    const evil = `"><script>alert('x')</script>&`;
    expect(html`<a title="${evil}">${evil}</a>`.toString()).toBe(
      '<a title="&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;">' +
        '&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;</a>',
    );
  });

  test('keeps markup that it made, joins lists, drops what is not there', () => {
    expect(html`<p>${[html`<b>${1}</b>`, null, undefined, 'a<b']}</p>`.toString()).toBe(
      '<p><b>1</b>a&lt;b</p>',
    );
  });
});

test.each([
  ['the service', CONTENT_SECURITY_POLICY],
  ['the sign-in', SIGN_IN_POLICY],
  ['the mailbox', MAILBOX_POLICY],
])('%s permits the icon of its pages and no other picture', (_whose, policy) => {
  const icon = /<link rel="icon" href="([a-z]+:)/.exec(
    renderDocument({ title: '', style: '', body: html`` }),
  );
  const pictures = policy.split('; ').filter((directive) => directive.startsWith('img-src '));
  expect(pictures).toEqual([`img-src ${icon?.[1]}`]);
});
