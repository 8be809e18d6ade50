-- Revert pgherald:0022_health from pg

begin;

drop index herald.sms_attempts_started_at_idx;
drop table herald.installed_objects;
drop table herald.installation;
drop table herald.runners;
drop table herald.health_limits;

commit;
