-- Traffic by month again, with the accounts of a block in one row: as every batch of an import has messages of most accounts,
-- and all of them in the same month or two, a row for each was most of what a batch wrote beside its messages.
--
-- A sequence of sums in order, without anything between them: the place of the account in its block, 0 to 31, one byte; the
-- three letters of the unit; then counts; then what was charged, a number. Counts and numbers are those of traffic.
ALTER TABLE traffic_month RENAME TO traffic_month_by_account;

CREATE TABLE traffic_month (
    -- A count of months since January 1970, of UTC.
    month       INTEGER NOT NULL,
    -- The number of an account by 32, rounded down: some 600 bytes a block, which fit into a page with others.
    block       INTEGER NOT NULL,
    sums        BLOB NOT NULL,
    PRIMARY KEY (month, block)
) STRICT, WITHOUT ROWID;
