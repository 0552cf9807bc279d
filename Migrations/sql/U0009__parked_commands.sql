-- Refused while commands are parked: they would be lost.
--
-- Locks: ACCESS EXCLUSIVE on the tables for a moment. Workers must be stopped: they could do nothing without it.

do $$
begin
  if exists (select from parked_commands) then
    raise exception 'commands are parked: let the worker finish them, or send them to the dead letters, first';
  end if;
end
$$;

alter table dead_letters drop constraint ck_dead_letters_attempts;
alter table dead_letters add constraint ck_dead_letters_attempts check (attempts > 0) not valid;

drop table active_workers;
drop table begun_messages;
drop table parked_commands;
