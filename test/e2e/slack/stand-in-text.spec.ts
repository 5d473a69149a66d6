import { SLACK_EXAMPLE } from '../../factories/slack-example.js';
import { alive } from '../../fakes/slack/show/alive.js';
import { showDate } from '../../fakes/slack/show/dates.js';
import { escaped, markup } from '../../fakes/slack/show/html.js';
import { showMrkdwn } from '../../fakes/slack/show/mrkdwn.js';
import { words } from '../../fakes/slack/show/words.js';
import { signature } from '../../fakes/slack/signing.js';
import { World } from '../../fakes/slack/world.js';

const world = new World(() => new Date(0), true);
world.members.set('U0ADA', {
  ...{ id: 'U0ADA', team: 'T0ACME', name: 'ada', realName: 'Ada', email: '', emailVerified: true },
  ...{ zone: 'Etc/UTC', guest: 'no', deactivated: false, bot: false },
});
const reader = { zone: 'America/New_York' };
const read = (text: string) => showMrkdwn(text, words(world, reader));
const html = (text: string) => showMrkdwn(text, markup(world, reader));
const living = (text: string, blocks: Record<string, unknown>[] = []) => alive({ text, blocks });

describe('the stand-in Slack shows text as Slack does', () => {
  test.each([
    ['*bold* _and_ ~gone~', 'bold and gone'],
    ['2*3*4 snake_case_name', '2*3*4 snake_case_name'],
    ['*<https://x.example|bold link>*', 'bold link'],
    ['`*as it is*` ```\n<b>\n```', '*as it is* <b>'],
    ['&lt;!channel&gt; &amp;amp;', '<!channel> &amp;'],
    ['<@U0ADA> <@U0GONE> <!here> <!channel>', '@ada @unknown @here @channel'],
    ['<!date^0^{date_num} {time_secs}|then>', '12/31/1969 7:00:00 PM'],
    ['<!date^0^{century}|then>', 'then'],
  ])('%s', (source, shown) => {
    expect(read(source)).toBe(shown);
  });

  test('as HTML, nothing of what was written becomes markup', () => {
    expect(html('*<script>* &lt;b&gt; "x"')).toBe('<b><a>script</a></b> &lt;b&gt; &quot;x&quot;');
    expect(escaped('<&>')).toBe('&lt;&amp;&gt;');
  });

  test.each([
    ['<!channel>', ['!channel'], []],
    ['&lt;!channel&gt; and <@U0ADA>', ['U0ADA'], []],
    ['see https://evil.example/x', [], ['https://evil.example/x']],
    ['see www.evil.example', [], ['www.evil.example']],
    ['`<@U0ADA> https://evil.example`', [], []],
  ])('%s: what is alive', (source, mentions, links) => {
    expect(living(source)).toEqual({ mentions, links });
    const within = [{ type: 'context', elements: [{ type: 'mrkdwn', text: source }] }];
    expect(living('', within)).toEqual({ mentions, links });
    const plain = [{ type: 'section', text: { type: 'plain_text', text: source } }];
    expect(living('', plain)).toEqual({ mentions: [], links: [] });
  });

  test('times are the reader’s', () => {
    const at = Date.UTC(2026, 10, 25, 9, 30) / 1000;
    expect(showDate(at, '{date_short_pretty} at {time}', '', { zone: 'Asia/Tokyo' })).toBe(
      'Nov 25, 2026 at 6:30 PM',
    );
  });

  test('signatures are those of Slack’s published example', () => {
    const { secret, timestamp, body } = SLACK_EXAMPLE;
    expect(signature(secret, timestamp, body)).toBe(SLACK_EXAMPLE.signature);
  });
});
