-- For sqitch, which looks here; the rollback itself is the file named below.
\ir ../0012_permission.rollback.sql
