-- Verify pgherald:0026_open_erasures on pg

begin;

select requested_in from herald.erasures where false;

rollback;
