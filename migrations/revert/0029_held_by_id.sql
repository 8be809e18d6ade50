-- For sqitch, which looks here; the rollback itself is the file named below.
\ir ../0029_held_by_id.rollback.sql
