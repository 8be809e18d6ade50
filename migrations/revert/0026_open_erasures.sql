-- For sqitch, which looks here; the rollback itself is the file named below.
\ir ../0026_open_erasures.rollback.sql
