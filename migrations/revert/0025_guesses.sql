-- For sqitch, which looks here; the rollback itself is the file named below.
\ir ../0025_guesses.rollback.sql
