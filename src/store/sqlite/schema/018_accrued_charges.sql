-- Schema 18: charges accrue, and are posted once a day.
--
-- Files come by the hour or every five minutes, and an entry for each balance and file would be most of the ledger. So an import
-- writes accrued charges, which count in the balance at once. One entry for each balance posts them later: those of a UTC day are
-- posted by the first import or `balance check` of a later day, or before that by `traffic post`.
--
-- So the charges in import_account are written by the transaction that ends the import, together with its accrual; they are zero
-- until then. Imports that ended in schema 17 and older have entries with the reference `import N` instead of an accrual. One that was
-- interrupted while it posted them may have both, for different balances.

-- Each time that charges accrued: when an import ended, and when one was reverted, which gives its charges back. Numbered 1, 2, 3 …
-- without gaps, and chained by their hashes. Append-only.
CREATE TABLE accrual (
    id        INTEGER PRIMARY KEY,
    import_id INTEGER NOT NULL REFERENCES import (id),
    -- 1 if the import was reverted.
    reverted  INTEGER NOT NULL CHECK (reverted IN (0, 1)),
    at        TEXT NOT NULL,
    -- SHA-256 over this row, its accrued charges, and the hash of the accrual before; store/sqlite/ledger/accrual_chain.rs has the
    -- exact form.
    hash      BLOB NOT NULL CHECK (length(hash) = 32),
    UNIQUE (import_id, reverted)
) STRICT;

-- What an accrual took from each balance. Balances from which it took nothing have no row. Append-only.
CREATE TABLE accrued_charge (
    accrual_id  INTEGER NOT NULL REFERENCES accrual (id),
    customer_id INTEGER NOT NULL,
    unit        TEXT NOT NULL,
    -- Negative amounts take from the balance. A reverted import has the opposites of what it charged, in all three columns.
    amount_e8   INTEGER NOT NULL,
    -- The number of messages and of their parts that were charged.
    messages    INTEGER NOT NULL,
    parts       INTEGER NOT NULL,
    PRIMARY KEY (accrual_id, customer_id, unit),
    FOREIGN KEY (customer_id, unit) REFERENCES balance (customer_id, unit)
) STRICT, WITHOUT ROWID;

-- Which accruals an entry posted: its amount is the sum of the accrued charges of its balance from the first to the last of them.
-- The reference of such an entry is `charges DAY`, the day on which the last of them accrued. Append-only.
CREATE TABLE posted_charge (
    entry_id      INTEGER PRIMARY KEY REFERENCES entry (id),
    first_accrual INTEGER NOT NULL REFERENCES accrual (id),
    last_accrual  INTEGER NOT NULL REFERENCES accrual (id),
    CHECK (first_accrual <= last_accrual)
) STRICT;

-- The part of balance_e8 that is accrued and not posted, and the first accrual that is part of it; NULL if there is none.
ALTER TABLE balance ADD COLUMN accrued_e8 INTEGER NOT NULL DEFAULT 0;
ALTER TABLE balance ADD COLUMN accrued_from INTEGER;

-- The last accrual when the threshold was crossed, which belongs to the balance like the last entry; NULL if there was none yet.
ALTER TABLE crossing ADD COLUMN accrual_id INTEGER REFERENCES accrual (id);

-- An answer about a time in the past begins with the last accrual before it.
CREATE INDEX accrual_by_time ON accrual (at);

CREATE TRIGGER accrual_has_the_next_number BEFORE INSERT ON accrual
WHEN new.id IS NOT (SELECT coalesce(max(id), 0) + 1 FROM accrual) BEGIN
    SELECT raise(ABORT, 'accruals are numbered without gaps');
END;
CREATE TRIGGER accrual_is_never_replaced BEFORE INSERT ON accrual
WHEN EXISTS (SELECT 1 FROM accrual WHERE import_id = new.import_id AND reverted = new.reverted) BEGIN
    SELECT raise(ABORT, 'accruals are append-only');
END;
CREATE TRIGGER accrual_is_never_changed BEFORE UPDATE ON accrual BEGIN
    SELECT raise(ABORT, 'accruals are append-only');
END;
CREATE TRIGGER accrual_is_never_deleted BEFORE DELETE ON accrual BEGIN
    SELECT raise(ABORT, 'accruals are append-only');
END;
CREATE TRIGGER accrued_charge_is_never_replaced BEFORE INSERT ON accrued_charge
WHEN EXISTS (SELECT 1 FROM accrued_charge
    WHERE accrual_id = new.accrual_id AND customer_id = new.customer_id AND unit = new.unit) BEGIN
    SELECT raise(ABORT, 'accrued charges are append-only');
END;
CREATE TRIGGER accrued_charge_is_never_changed BEFORE UPDATE ON accrued_charge BEGIN
    SELECT raise(ABORT, 'accrued charges are append-only');
END;
CREATE TRIGGER accrued_charge_is_never_deleted BEFORE DELETE ON accrued_charge BEGIN
    SELECT raise(ABORT, 'accrued charges are append-only');
END;
CREATE TRIGGER posted_charge_is_never_replaced BEFORE INSERT ON posted_charge
WHEN EXISTS (SELECT 1 FROM posted_charge WHERE entry_id = new.entry_id) BEGIN
    SELECT raise(ABORT, 'posted charges are append-only');
END;
CREATE TRIGGER posted_charge_is_never_changed BEFORE UPDATE ON posted_charge BEGIN
    SELECT raise(ABORT, 'posted charges are append-only');
END;
CREATE TRIGGER posted_charge_is_never_deleted BEFORE DELETE ON posted_charge BEGIN
    SELECT raise(ABORT, 'posted charges are append-only');
END;
