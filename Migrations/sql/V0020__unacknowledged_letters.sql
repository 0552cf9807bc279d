-- Recognizes a redelivered message among the letters whose messages can still come again, which are few, however many letters
-- with the same bytes there are.
--
-- The new index serves all that ix_dead_letters_fingerprint does, which migration 22 drops.
--
-- Locks: SHARE on dead_letters while its rows are read once, some seconds for each million. Reading goes on; writers wait, and a
-- worker that waits too long runs its batch again.

create index ix_dead_letters_unacknowledged on dead_letters (fingerprint) where not is_acknowledged;
