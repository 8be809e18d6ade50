-- Verify pgherald:0026_guesses on pg

begin;

select asked_in from herald.verify_requests where false;

rollback;
