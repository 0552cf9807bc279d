-- What tells a letter's own message, delivered again, from another one with the same bytes: it can only come again until the
-- broker has read its acknowledgement. And what tells whether a letter's command can still be known to the inbox: when a
-- command of its key was answered, where one was.
--
-- Locks: ACCESS EXCLUSIVE on dead_letters for a moment: changes of the catalogue alone, no row is read or written. Workers of
-- an earlier version go on: what they leave out has a default.

-- The messages of letters that are there already were acknowledged long ago.
alter table dead_letters
  add column is_acknowledged boolean not null default true,
  -- NULL where the inbox knew no command of that key when the letter was recorded.
  add column answered_at timestamptz;
alter table dead_letters alter column is_acknowledged set default false;
