-- Verify pgherald:0025_guesses on pg

begin;

select asked_in from herald.verify_requests where false;

rollback;
