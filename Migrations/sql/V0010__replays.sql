-- Replays: dead letters that operators send again, and what came of them.
--
-- Locks: ACCESS EXCLUSIVE on dead_letters for a moment. The indexes are on new, empty tables.

alter table dead_letters
  -- Set when an operator wants it neither listed nor replayed.
  add column discarded_at timestamptz,
  add column discarded_by text,
  add column discarded_because text,
  -- The letter whose replay came to this one.
  add column replay_of text collate "C";

create table replay_plans (
  -- A ULID.
  id text collate "C" not null,
  operator text not null,
  reason text not null,
  created_at timestamptz not null,
  constraint pk_replay_plans primary key (id)
);

create table replay_items (
  plan_id text collate "C" not null,
  letter_id text collate "C" not null,
  -- pending; publishing (it may have been published); published (the broker has confirmed it); skipped.
  state text collate "C" not null default 'pending',
  -- It was sent before, and an operator wants it once more.
  is_repetition boolean not null default false,
  published_at timestamptz,
  -- What the worker made of it: succeeded, rejected:<code>, already_applied, dead_lettered:<reason>.
  outcome text,
  outcome_at timestamptz,
  -- The body instead of the letter's own, where an operator has corrected it.
  body bytea,
  constraint pk_replay_items primary key (plan_id, letter_id),
  constraint fk_replay_items_plan foreign key (plan_id) references replay_plans on delete cascade,
  constraint fk_replay_items_letter foreign key (letter_id) references dead_letters on delete cascade,
  constraint ck_replay_items_state check (state in ('pending', 'publishing', 'published', 'skipped'))
);

-- Of two operators who replay the same letter, one does: whoever is first.
create unique index uq_replay_items_letter on replay_items (letter_id) where not is_repetition and state <> 'skipped';
create unique index uq_replay_items_repetition on replay_items (letter_id)
  where is_repetition and state in ('pending', 'publishing');
create index ix_replay_items_letter on replay_items (letter_id);
create index ix_replay_items_state on replay_items (plan_id, state, letter_id);
