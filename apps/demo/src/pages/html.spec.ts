import { html } from './html.js';

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
