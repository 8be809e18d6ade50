-- For sqitch, which looks here; the rollback itself is the file named below.
\ir ../0024_accounts.rollback.sql
