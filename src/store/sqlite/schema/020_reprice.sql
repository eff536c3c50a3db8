-- Schema 20: messages of the past are charged again, at corrected prices.
--
-- A run of `traffic reprice` computes what the messages of a span cost by the prices that are recorded when it runs, and takes or
-- gives back the difference. Messages are not changed: the price of a charged message is that of the last run that covers it, else
-- that of its import. A run covers the messages that were submitted in its span, were charged by an import to an account for which
-- it has a row in reprice_account, and whose price is not that of their file.

-- Append-only, like the two tables below. Without gaps: 1, 2, 3 …
CREATE TABLE reprice (
    id             INTEGER PRIMARY KEY,
    -- The idempotency key; NULL if there was none. A run that changed no price is only kept if it has one.
    key            TEXT UNIQUE,
    -- The span of submission, half-open, in seconds since 1970-01-01 UTC.
    from_second    INTEGER NOT NULL,
    until_second   INTEGER NOT NULL CHECK (from_second < until_second),
    -- What the run was limited to; all are NULL if it was for all accounts.
    customer_id    INTEGER REFERENCES customer (id),
    service_id     INTEGER REFERENCES service (id),
    plan_id        INTEGER REFERENCES plan (id),
    account_id     INTEGER REFERENCES smpp_account (id),
    -- How much of what was recorded about prices counted, as in import.
    prices_version INTEGER NOT NULL,
    at             TEXT NOT NULL,
    CHECK ((customer_id IS NULL) + (service_id IS NULL) + (plan_id IS NULL) + (account_id IS NULL) >= 3)
) STRICT;

-- What a run changed, by import and account. The charges in import_account stay what they were when the import ended.
CREATE TABLE reprice_account (
    reprice_id    INTEGER NOT NULL REFERENCES reprice (id),
    import_id     INTEGER NOT NULL REFERENCES import (id),
    account_id    INTEGER NOT NULL REFERENCES smpp_account (id),
    unit          TEXT NOT NULL,
    -- The messages that got another row of price, and their parts.
    messages      INTEGER NOT NULL,
    parts         INTEGER NOT NULL,
    -- What they cost more than before; negative if they cost less.
    difference_e8 INTEGER NOT NULL,
    PRIMARY KEY (reprice_id, import_id, account_id, unit),
    FOREIGN KEY (import_id, account_id, unit) REFERENCES import_account (import_id, account_id, unit)
) STRICT, WITHOUT ROWID;

CREATE INDEX reprice_account_by_import ON reprice_account (import_id);

-- The result of a run by balance: all messages of which it computed the price, and what they cost before and after.
CREATE TABLE reprice_balance (
    reprice_id  INTEGER NOT NULL REFERENCES reprice (id),
    customer_id INTEGER NOT NULL REFERENCES customer (id),
    unit        TEXT NOT NULL,
    messages    INTEGER NOT NULL,
    parts       INTEGER NOT NULL,
    before_e8   INTEGER NOT NULL,
    after_e8    INTEGER NOT NULL,
    PRIMARY KEY (reprice_id, customer_id, unit)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER reprice_has_the_next_number BEFORE INSERT ON reprice
WHEN new.id IS NOT (SELECT coalesce(max(id), 0) + 1 FROM reprice) BEGIN
    SELECT raise(ABORT, 'reprice runs are numbered without gaps');
END;
CREATE TRIGGER reprice_is_never_changed BEFORE UPDATE ON reprice BEGIN
    SELECT raise(ABORT, 'reprice runs are append-only');
END;
CREATE TRIGGER reprice_is_never_deleted BEFORE DELETE ON reprice BEGIN
    SELECT raise(ABORT, 'reprice runs are append-only');
END;
CREATE TRIGGER reprice_account_is_never_replaced BEFORE INSERT ON reprice_account
WHEN EXISTS (SELECT 1 FROM reprice_account
    WHERE reprice_id = new.reprice_id AND import_id = new.import_id AND account_id = new.account_id AND unit = new.unit) BEGIN
    SELECT raise(ABORT, 'reprice runs are append-only');
END;
CREATE TRIGGER reprice_account_is_never_changed BEFORE UPDATE ON reprice_account BEGIN
    SELECT raise(ABORT, 'reprice runs are append-only');
END;
CREATE TRIGGER reprice_account_is_never_deleted BEFORE DELETE ON reprice_account BEGIN
    SELECT raise(ABORT, 'reprice runs are append-only');
END;
CREATE TRIGGER reprice_balance_is_never_replaced BEFORE INSERT ON reprice_balance
WHEN EXISTS (SELECT 1 FROM reprice_balance
    WHERE reprice_id = new.reprice_id AND customer_id = new.customer_id AND unit = new.unit) BEGIN
    SELECT raise(ABORT, 'reprice runs are append-only');
END;
CREATE TRIGGER reprice_balance_is_never_changed BEFORE UPDATE ON reprice_balance BEGIN
    SELECT raise(ABORT, 'reprice runs are append-only');
END;
CREATE TRIGGER reprice_balance_is_never_deleted BEFORE DELETE ON reprice_balance BEGIN
    SELECT raise(ABORT, 'reprice runs are append-only');
END;

-- The difference of a run accrues like the charges of an import, so an accrual is of an import or of a run. That takes a new table,
-- because import_id must not be NULL in the old one. Tables that reference it are looked up for each row that is dropped and added
-- again, hence the indexes.
PRAGMA defer_foreign_keys = ON;
CREATE INDEX posted_charge_by_first ON posted_charge (first_accrual);
CREATE INDEX posted_charge_by_last ON posted_charge (last_accrual);
CREATE INDEX crossing_by_accrual ON crossing (accrual_id);
CREATE TABLE accrual_of_schema_19 AS SELECT id, import_id, reverted, at, hash FROM accrual;
DROP TABLE accrual;

-- Each time that charges accrued: when an import ended, when one was reverted, which gives its charges back, and when messages were
-- repriced. Numbered 1, 2, 3 … without gaps, and chained by their hashes. Append-only.
CREATE TABLE accrual (
    id         INTEGER PRIMARY KEY,
    import_id  INTEGER REFERENCES import (id),
    -- 1 if the import was reverted.
    reverted   INTEGER NOT NULL CHECK (reverted IN (0, 1)),
    at         TEXT NOT NULL,
    -- SHA-256 over this row, its accrued charges, and the hash of the accrual before; store/sqlite/ledger/accrual_chain.rs has the
    -- exact form.
    hash       BLOB NOT NULL CHECK (length(hash) = 32),
    -- The run of `traffic reprice`, of which the accrued charges are the difference that it made; their numbers of messages and parts
    -- are 0, because imports have counted them.
    reprice_id INTEGER UNIQUE REFERENCES reprice (id),
    UNIQUE (import_id, reverted),
    CHECK ((import_id IS NULL) <> (reprice_id IS NULL)),
    CHECK (reverted = 0 OR import_id IS NOT NULL)
) STRICT;
INSERT INTO accrual (id, import_id, reverted, at, hash) SELECT id, import_id, reverted, at, hash FROM accrual_of_schema_19 ORDER BY id;
DROP TABLE accrual_of_schema_19;
DROP INDEX posted_charge_by_first;
DROP INDEX posted_charge_by_last;
DROP INDEX crossing_by_accrual;

CREATE INDEX accrual_by_time ON accrual (at);

CREATE TRIGGER accrual_has_the_next_number BEFORE INSERT ON accrual
WHEN new.id IS NOT (SELECT coalesce(max(id), 0) + 1 FROM accrual) BEGIN
    SELECT raise(ABORT, 'accruals are numbered without gaps');
END;
CREATE TRIGGER accrual_is_never_replaced BEFORE INSERT ON accrual
WHEN EXISTS (SELECT 1 FROM accrual WHERE import_id = new.import_id AND reverted = new.reverted)
    OR EXISTS (SELECT 1 FROM accrual WHERE reprice_id = new.reprice_id) BEGIN
    SELECT raise(ABORT, 'accruals are append-only');
END;
CREATE TRIGGER accrual_is_never_changed BEFORE UPDATE ON accrual BEGIN
    SELECT raise(ABORT, 'accruals are append-only');
END;
CREATE TRIGGER accrual_is_never_deleted BEFORE DELETE ON accrual BEGIN
    SELECT raise(ABORT, 'accruals are append-only');
END;
