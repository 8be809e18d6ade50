-- For sqitch, which looks here; the rollback itself is the file named below.
\ir ../0027_planned_when_written.rollback.sql
