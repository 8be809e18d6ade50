-- Deploy pgherald:0006_links to pg
-- depends: 0003_notifications 0005_texts
-- transactional: false

begin;

set local lock_timeout = '5s';

create table public.notification_tracking_links (
  id uuid not null default gen_random_uuid(),
  short_code text not null,
  delivery_id uuid,
  destination_url text not null,
  created_at timestamptz default now(),
  first_clicked_at timestamptz,
  last_clicked_at timestamptz,
  click_count integer default 0,
  metadata jsonb default '{}'::jsonb,
  message_id uuid,
  primary key (id),
  unique (short_code),
  constraint notification_tracking_links_code_is_base62 check (short_code ~ '^[0-9A-Za-z]+$'),
  constraint notification_tracking_links_target_is_http check (destination_url ~* '^https?://[^[:space:]]+$'),
  constraint notification_tracking_links_belongs_somewhere check (num_nonnulls(delivery_id, message_id) > 0),
  foreign key (delivery_id) references public.notification_deliveries (id) on delete cascade,
  foreign key (message_id) references public.sms_messages (id) on delete cascade
);
create index notification_tracking_links_delivery_id_idx on public.notification_tracking_links (delivery_id);
create index notification_tracking_links_message_id_idx on public.notification_tracking_links (message_id)
where message_id is not null;

comment on table public.notification_tracking_links is 'Short links, and how often they were followed.';
comment on column public.notification_tracking_links.delivery_id is
'The delivery it was made for; a standalone text has message_id instead.';

select herald.close_table('public.notification_tracking_links');

commit;
