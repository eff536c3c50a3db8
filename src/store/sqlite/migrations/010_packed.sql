-- Traffic by account and day, in one row what were many: most accounts have a few messages a day, and as many rows of sums
-- as messages cost as much as those. It takes the place of traffic_hour and traffic_day, whose sums it has, and is kept in
-- step with message in the same transactions. Accounts without messages on a day have no row. Rows stay when the messages
-- are pruned.
--
-- Hours and countries tell of the same messages. Both are a sequence of sums in order, without anything between them:
--
--   of an hour:     the hour of the day, 0 to 23, one byte; then counts
--   of a country:   the two letters of its code, or two zero bytes where the destinations are in none; the three letters of
--                   the unit in which the messages are charged; then counts; then what was charged for them, a number
--   counts:         one byte whose bits say in which states there are messages, from the lowest: pending, unknown, rejected,
--                   expired, undeliverable, delivered; then for each of those how many; then the parts of all of them
--   a number:       LEB128 without sign: seven bits a byte, the lowest first, the eighth says that more follow
CREATE TABLE traffic (
    -- In days since 1970-01-01 UTC.
    day         INTEGER NOT NULL,
    account_id  INTEGER NOT NULL,
    hours       BLOB NOT NULL,
    countries   BLOB NOT NULL,
    PRIMARY KEY (day, account_id)
) STRICT, WITHOUT ROWID;
