-- Deploy pgherald:0010_link_bots to pg
-- depends: 0001_foundation
-- transactional: false

begin;

set local lock_timeout = '5s';

-- Who follows links without being a person. Rows, so that a team can add what its logs show.
create table herald.link_bots (
  pattern text not null,
  meaning text not null,
  constraint link_bots_pkey primary key (pattern),
  constraint link_bots_pattern_is_not_blank check (pattern ~ '[^[:space:]]')
);
comment on table herald.link_bots is 'Visitors of short links that are machines: their visits are no clicks.';
comment on column herald.link_bots.pattern is 'Part of the user agent, in any case; no wildcards.';
comment on column herald.link_bots.meaning is 'Whose machine it is, and what it wants.';

-- Whole names only: "bot" alone would take the telephones of a maker for machines.
insert into herald.link_bots (pattern, meaning)
values
('AdsBot-Google', 'Google, landing pages of advertisements'),
('Applebot', 'Apple, search and previews'),
('bingbot', 'Bing, search'),
('BingPreview', 'Bing, previews'),
('curl/', 'a program that fetches pages'),
('Discordbot', 'Discord, previews'),
('DuckDuckBot', 'DuckDuckGo, search'),
('Embedly', 'Embedly, previews for other sites'),
('Facebot', 'Facebook, previews; iMessage says it as well'),
('facebookexternalhit', 'Facebook and Instagram, previews; iMessage says it as well'),
('Go-http-client', 'a program that fetches pages'),
('Google-Read-Aloud', 'Google, pages read aloud'),
('Googlebot', 'Google, search'),
('GoogleImageProxy', 'Gmail, pictures'),
('HeadlessChrome', 'a browser without a person, as scanners use it'),
('LinkedInBot', 'LinkedIn, previews'),
('Mastodon/', 'Mastodon, previews'),
('MicrosoftPreview', 'Microsoft, previews'),
('Pinterestbot', 'Pinterest, previews'),
('python-requests', 'a program that fetches pages'),
('redditbot', 'Reddit, previews'),
('SkypeUriPreview', 'Skype and Teams, previews'),
('Slack-ImgProxy', 'Slack, pictures'),
('Slackbot', 'Slack, previews'),
('Snap URL Preview', 'Snapchat, previews'),
('TelegramBot', 'Telegram, previews'),
('Twitterbot', 'X, previews'),
('Wget/', 'a program that fetches pages'),
('WhatsApp', 'WhatsApp, previews; Signal says it as well'),
('YandexBot', 'Yandex, search');

revoke all on herald.link_bots from public;
grant select on herald.link_bots to herald_runner;

commit;
