-- For sqitch, which looks here; the rollback itself is the file named below.
\ir ../0023_daily_figures.rollback.sql
