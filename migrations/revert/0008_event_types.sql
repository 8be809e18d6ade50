-- For sqitch, which looks here; the rollback itself is the file named below.
\ir ../0008_event_types.rollback.sql
