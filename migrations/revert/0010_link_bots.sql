-- For sqitch, which looks here; the rollback itself is the file named below.
\ir ../0010_link_bots.rollback.sql
