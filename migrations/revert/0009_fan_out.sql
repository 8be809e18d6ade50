-- For sqitch, which looks here; the rollback itself is the file named below.
\ir ../0009_fan_out.rollback.sql
