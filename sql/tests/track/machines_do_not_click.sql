-- What messengers, carriers and scanners do to a link is counted apart, and moves nothing. They are led on all the same.
begin;
select plan(41);

create temporary table delivery on commit drop as select tests.a_delivery('sent') as id;
update notification_deliveries set sent_at = '2040-05-01 12:00+00';
insert into notification_tracking_links (short_code, delivery_id, destination_url, created_at)
select 'abc123', id, 'https://example.com/x', '2040-05-01 09:00+00' from delivery;

-- As the visitors' own pages and logs have them.
create temporary table visit (agent text, method text, at timestamptz, sentence text) on commit drop;
insert into visit (agent, sentence) values
('facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)', 'Facebook'),
('Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0', 'iMessage'),
('Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)', 'Slack'),
('Slack-ImgProxy (+https://api.slack.com/robots)', 'Slack''s pictures'),
('Twitterbot/1.0', 'X'),
('WhatsApp/2.23.20.0', 'WhatsApp'),
('TelegramBot (like TwitterBot)', 'Telegram'),
('Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)', 'Discord'),
('LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)', 'LinkedIn'),
('Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/534+ (KHTML, like Gecko) BingPreview/1.0b', 'Bing''s previews'),
('Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)', 'Bing'),
('Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', 'Google'),
('Mozilla/5.0 (Macintosh) AppleWebKit/600.2.5 (KHTML, like Gecko) Version/8.0.2 Safari/600.2.5 (Applebot/0.1; +http://www.apple.com/go/applebot)', 'Apple'),
('Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5', 'Skype and Teams'),
('Snap URL Preview Service; bot; snapchat; https://developers.snap.com/robots', 'Snapchat'),
('Mozilla/5.0 (compatible; redditbot/1.0; +http://www.reddit.com/feedback)', 'Reddit'),
('Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 Safari/537.36', 'a browser without a person'),
('curl/8.5.0', 'curl'), ('Wget/1.21.3', 'wget'), ('python-requests/2.31.0', 'a script in Python'), ('Go-http-client/2.0', 'a program in Go'),
('SLACKBOT 1.0', 'one in capitals'), ('', 'one without a name'), ('  ', 'one of blanks'), (null, 'one that says nothing at all');
insert into visit (method, sentence) values ('HEAD', 'a look at the head only'), ('head', 'also in small letters'), ('OPTIONS', 'any method but GET'), (null, 'none');
insert into visit (at, sentence) values
('2040-05-01 12:00:00+00', 'whoever comes in the moment of sending'), ('2040-05-01 12:00:01.999+00', 'or within two seconds'),
('2040-05-01 11:59+00', 'or before it was sent');

select is(
  record_link_click(
    'abc123', case when method is null and at is null and sentence <> 'none' then agent else 'Mozilla/5.0 (Linux; Android 14) Firefox/120.0' end,
    case when sentence = 'none' then null else coalesce(method, 'GET') end, coalesce(at, '2040-05-01 13:00+00')
  ),
  'https://example.com/x', sentence || ' is led on'
) from visit;
select is(
  (select (click_count, bot_click_count, first_clicked_at, last_clicked_at)::text from notification_tracking_links), '(0,32,,)',
  'none of them clicks, and each is counted as what it is'
);
select is((select (status, clicked_at)::text from notification_deliveries), '(sent,)', 'nor do they move the delivery');

-- A maker of telephones has a name like a machine's.
select is(
  record_link_click('abc123', 'Mozilla/5.0 (Linux; Android 9; CUBOT X19) Chrome/87.0', 'GET', '2040-05-01 12:00:02+00'), 'https://example.com/x',
  'a person comes after two seconds'
);
select is(
  (select (click_count, bot_click_count, status)::text from notification_tracking_links cross join notification_deliveries), '(1,32,clicked)',
  'and that is a click'
);

-- What a team adds, and how soon it thinks is too soon.
insert into herald.link_bots (pattern, meaning) values ('100%_Scanner', 'ours');
update herald.settings set link_bot_window = '1 hour';
select is(record_link_click('abc123', agent, 'GET', at::timestamptz), 'https://example.com/x', sentence)
from (
  values
    ('the 100%_scanner', '2040-05-01 14:00+00', 'a machine that a team has added'),
    ('the 100 percent scanner', '2040-05-01 14:00+00', 'another name, since there are no wildcards'),
    ('Firefox', '2040-05-01 12:59+00', 'a visit in the hour in which the team takes all for machines')
) as visit (agent, at, sentence);
select is((select (click_count, bot_click_count)::text from notification_tracking_links), '(2,34)', 'the second is a click, the others are none');
select throws_ok($$insert into herald.link_bots (pattern, meaning) values (' ', 'everybody')$$, '23514', null, 'but not that everybody is a machine');

select * from finish();
rollback;
