-- For sqitch, which looks here; the rollback itself is the file named below.
\ir ../0021_privacy_indexes.rollback.sql
