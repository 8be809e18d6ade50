-- Revert pgherald:0026_open_erasures from pg

begin;

alter table herald.erasures drop column requested_in;

commit;
