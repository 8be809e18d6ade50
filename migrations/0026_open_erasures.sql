-- Deploy pgherald:0026_open_erasures to pg
-- depends: 0020_privacy
-- transactional: false

begin;

set local lock_timeout = '5s';

-- What a transaction older than the request writes is not to be seen until it ends, and belongs to the erasure.
alter table herald.erasures add column requested_in xid8;
comment on column herald.erasures.requested_in is
'The transaction of the request: the erasure ends when none is left that is older.';

commit;
