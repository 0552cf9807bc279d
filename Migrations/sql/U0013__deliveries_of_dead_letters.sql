-- Every message that is delivered again is taken for the letter with the same bytes again.
--
-- Locks: ACCESS EXCLUSIVE on dead_letters for a moment.

alter table dead_letters drop column is_acknowledged, drop column answered_at;
