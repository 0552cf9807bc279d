-- Locks: ACCESS EXCLUSIVE on lease_holders, which is read now and then.

drop function expect_increase(bigint, bigint);
drop table lease_holders;
