-- Traffic by month, so that what is asked of months and years need not read their days. It follows from traffic_day, and is
-- kept in step with it in the same transactions. Countries are not told apart: there would be as many rows as of days.
--
-- From this schema on, an import that is unfinished may have charged some of its accounts already: its charges are posted in
-- several transactions, and the counts in import_account are those of accounts whose charges are.
CREATE TABLE traffic_month (
    -- A count of months since January 1970, of UTC.
    month         INTEGER NOT NULL,
    account_id    INTEGER NOT NULL,
    unit          TEXT NOT NULL,
    pending       INTEGER NOT NULL,
    unknown       INTEGER NOT NULL,
    rejected      INTEGER NOT NULL,
    expired       INTEGER NOT NULL,
    undeliverable INTEGER NOT NULL,
    delivered     INTEGER NOT NULL,
    parts         INTEGER NOT NULL,
    charge_e8     INTEGER NOT NULL,
    PRIMARY KEY (month, account_id, unit)
) STRICT, WITHOUT ROWID;

INSERT INTO traffic_month
SELECT (strftime('%Y', day * 86400, 'unixepoch') - 1970) * 12 + strftime('%m', day * 86400, 'unixepoch') - 1,
    account_id, unit, sum(pending), sum(unknown), sum(rejected), sum(expired), sum(undeliverable), sum(delivered),
    sum(parts), sum(charge_e8)
FROM traffic_day GROUP BY 1, 2, 3;
