-- Schema 24: invoices, and the ledger of what customers owe.

-- prepaid: pays before use, from a balance that top-ups fill. postpaid: pays for the usage of a month after it.
ALTER TABLE customer ADD COLUMN billing TEXT NOT NULL DEFAULT 'prepaid' CHECK (billing IN ('prepaid', 'postpaid'));

-- The ledger gets a kind of entries: what an invoice bills leaves the unbilled usage of a balance. SQLite cannot change the CHECK of a
-- table, so the table is made again with the same rows. Tables that reference it are looked up for each row that is dropped and
-- added again, hence the index.
PRAGMA defer_foreign_keys = ON;
CREATE INDEX crossing_by_entry ON crossing (entry_id);
CREATE TABLE entry_of_schema_22 AS SELECT * FROM entry;
DROP TABLE entry;

-- Append-only, numbered 1, 2, 3 … without gaps, and chained by hashes.
CREATE TABLE entry (
    id               INTEGER PRIMARY KEY,
    customer_id      INTEGER NOT NULL,
    unit             TEXT NOT NULL,
    -- adjustment: by an operator. charge: for messages. transfer: one half of two. reversal: reverses another entry. invoiced: usage
    -- that an invoice bills.
    kind             TEXT NOT NULL CHECK (kind IN ('adjustment', 'charge', 'transfer', 'reversal', 'invoiced')),
    -- Positive adds to the balance.
    amount_e8        INTEGER NOT NULL,
    balance_after_e8 INTEGER NOT NULL,
    description      TEXT NOT NULL CHECK (length(description) BETWEEN 1 AND 500),
    -- An identifier in another system or of an invoice; `charges DAY` or `import N` for charges.
    reference        TEXT CHECK (length(reference) BETWEEN 1 AND 100),
    -- Idempotency key of the caller: repeating a command with it returns the first entry instead of posting again.
    key              TEXT UNIQUE CHECK (length(key) BETWEEN 1 AND 200),
    -- The entry that this one reverses. An entry is reversed at most once.
    reverses         INTEGER UNIQUE REFERENCES entry (id),
    -- The other half of a transfer. The first half names an entry that does not exist yet, so the reference is checked when the
    -- transaction commits.
    counterpart      INTEGER REFERENCES entry (id) DEFERRABLE INITIALLY DEFERRED,
    -- Who posted it, the operating system's user ID, why, by which command, and by which version of ssgctl.
    actor            TEXT NOT NULL,
    uid              INTEGER NOT NULL,
    reason           TEXT,
    command          TEXT NOT NULL,
    version          TEXT NOT NULL,
    at               TEXT NOT NULL,
    -- SHA-256 over this entry and the hash of the entry before; store/sqlite/ledger/chain.rs has the exact form.
    hash             BLOB NOT NULL CHECK (length(hash) = 32),
    -- Who called sudo.
    sudo_user        TEXT,
    FOREIGN KEY (customer_id, unit) REFERENCES balance (customer_id, unit)
) STRICT;
INSERT INTO entry SELECT * FROM entry_of_schema_22 ORDER BY id;
DROP TABLE entry_of_schema_22;
DROP INDEX crossing_by_entry;

CREATE INDEX entry_by_balance ON entry (customer_id, unit, id);
CREATE UNIQUE INDEX entry_by_counterpart ON entry (counterpart) WHERE counterpart IS NOT NULL;

CREATE TRIGGER entry_has_the_next_number BEFORE INSERT ON entry
WHEN new.id IS NOT (SELECT coalesce(max(id), 0) + 1 FROM entry) BEGIN
    SELECT raise(ABORT, 'entries are numbered without gaps');
END;
CREATE TRIGGER entry_is_never_replaced BEFORE INSERT ON entry
WHEN EXISTS (SELECT 1 FROM entry WHERE key = new.key OR reverses = new.reverses) BEGIN
    SELECT raise(ABORT, 'entries are append-only');
END;
CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry BEGIN
    SELECT raise(ABORT, 'entries are append-only');
END;
CREATE TRIGGER entry_is_never_deleted BEFORE DELETE ON entry BEGIN
    SELECT raise(ABORT, 'entries are append-only');
END;
CREATE TRIGGER entry_notes_a_clock_set_back AFTER INSERT ON entry
WHEN new.at < (SELECT at FROM entry WHERE id = new.id - 1) BEGIN
    INSERT INTO clock_set_back SELECT 'entry', new.id, new.at, at FROM entry WHERE id = new.id - 1;
END;
CREATE TRIGGER entry_is_summed_up AFTER INSERT ON entry BEGIN
    INSERT INTO entry_sum
    VALUES (new.customer_id, new.unit, new.kind, 1, max(new.amount_e8, 0), min(new.amount_e8, 0), new.at, new.at)
    ON CONFLICT DO UPDATE SET
        entries = entries + 1,
        added_e8 = CASE WHEN added_e8 <= 9223372036854775807 - excluded.added_e8 THEN added_e8 + excluded.added_e8 END,
        taken_e8 = CASE WHEN taken_e8 >= -9223372036854775808 - excluded.taken_e8 THEN taken_e8 + excluded.taken_e8 END,
        last_at = excluded.last_at;
END;

-- Invoices and credit notes from their draft on. Numbered 1, 2, 3 …; this is the ID of the draft, from which the reference for
-- payments is made, and not the number of the invoice.
CREATE TABLE invoice (
    id              INTEGER PRIMARY KEY,
    customer_id     INTEGER NOT NULL REFERENCES customer (id),
    kind            TEXT NOT NULL CHECK (kind IN ('invoice', 'credit_note')),
    -- ISO 4217. All amounts of the invoice are in it.
    currency        TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
    -- What a top-up adds to which balance, once it is paid. Until then the invoice is a pro-forma.
    unit            TEXT CHECK (unit GLOB '[A-Z][A-Z][A-Z]'),
    amount_e8       INTEGER CHECK (amount_e8 > 0),
    -- The invoice that a credit note corrects, and why.
    credits         INTEGER REFERENCES invoice (id),
    credit_reason   TEXT CHECK (length(credit_reason) BETWEEN 1 AND 500),
    -- The customer's order number.
    buyer_reference TEXT CHECK (length(buyer_reference) BETWEEN 1 AND 100),
    -- The category that an operator chose; NULL if the rules decide.
    tax_category    TEXT CHECK (tax_category IN ('S', 'Z', 'E', 'AE', 'O')),
    -- First and last day of what was delivered, for the whole document.
    first_day       TEXT,
    last_day        TEXT,
    -- 1 if it is not to be issued for now.
    held            INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1)),
    -- When it was cancelled; it is never issued then.
    cancelled_at    TEXT,
    created_at      TEXT NOT NULL,
    updated_at      TEXT NOT NULL,
    CHECK ((unit IS NULL) = (amount_e8 IS NULL)),
    CHECK ((first_day IS NULL) = (last_day IS NULL)),
    CHECK ((kind = 'credit_note') = (credits IS NOT NULL)),
    CHECK (credit_reason IS NULL OR kind = 'credit_note')
) STRICT;

CREATE INDEX invoice_by_customer ON invoice (customer_id, id);
CREATE INDEX invoice_by_credited ON invoice (credits) WHERE credits IS NOT NULL;

-- The lines of a draft, and of the invoice that was made of it.
CREATE TABLE invoice_line (
    invoice_id    INTEGER NOT NULL REFERENCES invoice (id),
    position      INTEGER NOT NULL CHECK (position >= 1),
    description   TEXT NOT NULL CHECK (length(description) BETWEEN 1 AND 500),
    -- First and last day of what was delivered.
    first_day     TEXT,
    last_day      TEXT,
    quantity_e8   INTEGER NOT NULL,
    quantity_unit TEXT CHECK (length(quantity_unit) BETWEEN 1 AND 100),
    unit_price_e8 INTEGER NOT NULL,
    -- In the minor unit of the currency.
    net_e8        INTEGER NOT NULL,
    -- In a credit note, the line of the invoice that it credits.
    credited_line INTEGER,
    PRIMARY KEY (invoice_id, position),
    CHECK ((first_day IS NULL) = (last_day IS NULL))
) STRICT, WITHOUT ROWID;

-- The ledger of what customers owe, apart from their balances of usage. Append-only, numbered 1, 2, 3 … without gaps, and chained
-- by hashes.
CREATE TABLE receivable (
    id               INTEGER PRIMARY KEY,
    customer_id      INTEGER NOT NULL REFERENCES customer (id),
    currency         TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
    kind             TEXT NOT NULL CHECK (kind IN ('invoice', 'credit_note', 'payment', 'refund', 'write_off', 'reversal')),
    -- Positive is owed by the customer.
    amount_e8        INTEGER NOT NULL,
    -- What the customer owes in this currency after it.
    balance_after_e8 INTEGER NOT NULL,
    -- The invoice or credit note that it books; the invoice that is written off; the invoice that a payment was made for.
    invoice_id       INTEGER REFERENCES invoice (id),
    -- An entry is reversed at most once.
    reverses         INTEGER UNIQUE REFERENCES receivable (id),
    -- The date of the document, or the day on which money moved.
    booked_on        TEXT NOT NULL,
    description      TEXT NOT NULL CHECK (length(description) BETWEEN 1 AND 500),
    reference        TEXT CHECK (length(reference) BETWEEN 1 AND 100),
    -- Idempotency key of the caller.
    key              TEXT UNIQUE CHECK (length(key) BETWEEN 1 AND 200),
    -- SHA-256 of the issued copy of the invoice or credit note and of its PDF, so that the chain covers both.
    copy_sha256      BLOB CHECK (length(copy_sha256) = 32),
    pdf_sha256       BLOB CHECK (length(pdf_sha256) = 32),
    actor            TEXT NOT NULL,
    uid              INTEGER NOT NULL,
    sudo_user        TEXT,
    reason           TEXT,
    command          TEXT NOT NULL,
    version          TEXT NOT NULL,
    at               TEXT NOT NULL,
    -- SHA-256 over this entry and the hash of the one before; store/sqlite/billing/chain.rs has the exact form.
    hash             BLOB NOT NULL CHECK (length(hash) = 32),
    CHECK ((kind IN ('invoice', 'credit_note')) = (copy_sha256 IS NOT NULL)),
    CHECK (kind NOT IN ('invoice', 'credit_note', 'write_off') OR invoice_id IS NOT NULL),
    CHECK ((kind = 'reversal') = (reverses IS NOT NULL))
) STRICT;

CREATE INDEX receivable_by_customer ON receivable (customer_id, currency, id);
CREATE INDEX receivable_by_invoice ON receivable (invoice_id) WHERE invoice_id IS NOT NULL;
-- An invoice is booked once.
CREATE UNIQUE INDEX receivable_of_document ON receivable (invoice_id) WHERE kind IN ('invoice', 'credit_note');

CREATE TRIGGER receivable_has_the_next_number BEFORE INSERT ON receivable
WHEN new.id IS NOT (SELECT coalesce(max(id), 0) + 1 FROM receivable) BEGIN
    SELECT raise(ABORT, 'receivables are numbered without gaps');
END;
CREATE TRIGGER receivable_is_never_replaced BEFORE INSERT ON receivable
WHEN EXISTS (SELECT 1 FROM receivable WHERE key = new.key OR reverses = new.reverses) BEGIN
    SELECT raise(ABORT, 'receivables are append-only');
END;
CREATE TRIGGER receivable_is_never_changed BEFORE UPDATE ON receivable BEGIN
    SELECT raise(ABORT, 'receivables are append-only');
END;
CREATE TRIGGER receivable_is_never_deleted BEFORE DELETE ON receivable BEGIN
    SELECT raise(ABORT, 'receivables are append-only');
END;

-- Which credit (a payment, credit note or write-off) settles which debit (an invoice, refund or reversal), and by how much. What
-- is taken back is a negative row. Append-only, numbered without gaps, and chained like receivables.
CREATE TABLE allocation (
    id        INTEGER PRIMARY KEY,
    credit_id INTEGER NOT NULL REFERENCES receivable (id),
    debit_id  INTEGER NOT NULL REFERENCES receivable (id),
    amount_e8 INTEGER NOT NULL CHECK (amount_e8 <> 0),
    at        TEXT NOT NULL,
    hash      BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE INDEX allocation_by_credit ON allocation (credit_id);
CREATE INDEX allocation_by_debit ON allocation (debit_id);

CREATE TRIGGER allocation_has_the_next_number BEFORE INSERT ON allocation
WHEN new.id IS NOT (SELECT coalesce(max(id), 0) + 1 FROM allocation) BEGIN
    SELECT raise(ABORT, 'allocations are numbered without gaps');
END;
CREATE TRIGGER allocation_is_never_changed BEFORE UPDATE ON allocation BEGIN
    SELECT raise(ABORT, 'allocations are append-only');
END;
CREATE TRIGGER allocation_is_never_deleted BEFORE DELETE ON allocation BEGIN
    SELECT raise(ABORT, 'allocations are append-only');
END;

-- What an invoice or credit note became when it was issued. Never changed.
CREATE TABLE issued_invoice (
    invoice_id   INTEGER PRIMARY KEY REFERENCES invoice (id),
    -- What the number begins with, which names the series, and its counter, which has no holes in a series.
    series       TEXT NOT NULL,
    counter      INTEGER NOT NULL CHECK (counter >= 1),
    number       TEXT NOT NULL UNIQUE,
    issued_at    TEXT NOT NULL,
    -- Dates are days of this time zone.
    timezone     TEXT NOT NULL,
    issued_on    TEXT NOT NULL,
    due_on       TEXT NOT NULL,
    net_e8       INTEGER NOT NULL,
    tax_e8       INTEGER NOT NULL,
    gross_e8     INTEGER NOT NULL,
    -- How the tax was decided, with its evidence.
    tax_decision TEXT NOT NULL CHECK (json_type(tax_decision) = 'object'),
    -- The issued copy as JSON, and the PDF that was made from it. Their hashes are in the row of receivable.
    copy         TEXT NOT NULL CHECK (json_type(copy) = 'object'),
    pdf          BLOB,
    -- The entry that added a top-up to its balance; of a credit note, the entry that took it back.
    entry_id     INTEGER UNIQUE REFERENCES entry (id),
    UNIQUE (series, counter)
) STRICT;

CREATE INDEX issued_invoice_by_day ON issued_invoice (issued_on);

CREATE TRIGGER issued_invoice_is_never_replaced BEFORE INSERT ON issued_invoice
WHEN EXISTS (SELECT 1 FROM issued_invoice WHERE invoice_id = new.invoice_id OR number = new.number OR entry_id = new.entry_id
    OR series = new.series AND counter = new.counter) BEGIN
    SELECT raise(ABORT, 'issued invoices never change');
END;
CREATE TRIGGER issued_invoice_is_never_changed BEFORE UPDATE ON issued_invoice BEGIN
    SELECT raise(ABORT, 'issued invoices never change');
END;
CREATE TRIGGER issued_invoice_is_never_deleted BEFORE DELETE ON issued_invoice BEGIN
    SELECT raise(ABORT, 'issued invoices never change');
END;
CREATE TRIGGER invoice_is_not_changed_after_issue BEFORE UPDATE ON invoice
WHEN EXISTS (SELECT 1 FROM issued_invoice WHERE invoice_id = old.id) BEGIN
    SELECT raise(ABORT, 'issued invoices never change');
END;
CREATE TRIGGER cancelled_invoice_is_not_issued BEFORE INSERT ON issued_invoice
WHEN EXISTS (SELECT 1 FROM invoice WHERE id = new.invoice_id AND (cancelled_at IS NOT NULL OR held)) BEGIN
    SELECT raise(ABORT, 'a cancelled or held invoice is not issued');
END;
CREATE TRIGGER invoice_is_never_replaced BEFORE INSERT ON invoice
WHEN EXISTS (SELECT 1 FROM invoice WHERE id = new.id) BEGIN
    SELECT raise(ABORT, 'invoices are never deleted');
END;
CREATE TRIGGER invoice_is_never_deleted BEFORE DELETE ON invoice BEGIN
    SELECT raise(ABORT, 'invoices are never deleted');
END;
CREATE TRIGGER invoice_line_is_not_added_after_issue BEFORE INSERT ON invoice_line
WHEN EXISTS (SELECT 1 FROM issued_invoice WHERE invoice_id = new.invoice_id) BEGIN
    SELECT raise(ABORT, 'issued invoices never change');
END;
CREATE TRIGGER invoice_line_is_not_changed_after_issue BEFORE UPDATE ON invoice_line
WHEN EXISTS (SELECT 1 FROM issued_invoice WHERE invoice_id = old.invoice_id) BEGIN
    SELECT raise(ABORT, 'issued invoices never change');
END;
CREATE TRIGGER invoice_line_is_not_deleted_after_issue BEFORE DELETE ON invoice_line
WHEN EXISTS (SELECT 1 FROM issued_invoice WHERE invoice_id = old.invoice_id) BEGIN
    SELECT raise(ABORT, 'issued invoices never change');
END;

-- What an invoice bills of the traffic of a month, from its draft on. The messages of a month that are reported after it was billed
-- come with a later invoice; what was taken back meanwhile is negative there. Those of cancelled drafts do not count.
CREATE TABLE billed_usage (
    invoice_id INTEGER NOT NULL REFERENCES invoice (id),
    account_id INTEGER NOT NULL REFERENCES smpp_account (id),
    -- The first day of the month, in the time zone of invoices.
    month      TEXT NOT NULL,
    -- Country code of the destination; empty if it has none.
    country    TEXT NOT NULL,
    -- The price of a plan, or `file` for prices of traffic files; empty if it is not known.
    charged_by TEXT NOT NULL,
    parts      INTEGER NOT NULL,
    charge_e8  INTEGER NOT NULL,
    PRIMARY KEY (invoice_id, account_id, month, country, charged_by)
) STRICT, WITHOUT ROWID;

CREATE INDEX billed_usage_by_account ON billed_usage (account_id, month);

-- The usage that an invoice bills, cut to the minor unit of its currency. What is cut is carried to the customer's next one.
CREATE TABLE usage_bill (
    invoice_id        INTEGER PRIMARY KEY REFERENCES invoice (id),
    usage_e8          INTEGER NOT NULL,
    carried_before_e8 INTEGER NOT NULL CHECK (carried_before_e8 >= 0),
    carried_after_e8  INTEGER NOT NULL CHECK (carried_after_e8 >= 0)
) STRICT;

CREATE TRIGGER billed_usage_is_never_replaced BEFORE INSERT ON billed_usage
WHEN EXISTS (SELECT 1 FROM billed_usage WHERE invoice_id = new.invoice_id AND account_id = new.account_id AND month = new.month
    AND country = new.country AND charged_by = new.charged_by) BEGIN
    SELECT raise(ABORT, 'billed usage is append-only');
END;
CREATE TRIGGER usage_bill_is_never_replaced BEFORE INSERT ON usage_bill
WHEN EXISTS (SELECT 1 FROM usage_bill WHERE invoice_id = new.invoice_id) BEGIN
    SELECT raise(ABORT, 'billed usage is append-only');
END;
CREATE TRIGGER billed_usage_is_never_changed BEFORE UPDATE ON billed_usage BEGIN
    SELECT raise(ABORT, 'billed usage is append-only');
END;
CREATE TRIGGER billed_usage_is_never_deleted BEFORE DELETE ON billed_usage BEGIN
    SELECT raise(ABORT, 'billed usage is append-only');
END;
CREATE TRIGGER usage_bill_is_never_changed BEFORE UPDATE ON usage_bill BEGIN
    SELECT raise(ABORT, 'billed usage is append-only');
END;
CREATE TRIGGER usage_bill_is_never_deleted BEFORE DELETE ON usage_bill BEGIN
    SELECT raise(ABORT, 'billed usage is append-only');
END;

-- The first month whose usage invoices bill, of a customer who became postpaid with a balance in money: earlier usage was paid from
-- that balance. All usage of other customers is billed.
CREATE TABLE postpaid_start (
    customer_id INTEGER PRIMARY KEY REFERENCES customer (id),
    -- The first day of the month.
    month       TEXT NOT NULL
) STRICT;

-- What a customer pays for besides messages, once or each month, in parts of a month by days. It is invoiced by the month's run.
CREATE TABLE fee (
    id          INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customer (id),
    currency    TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
    description TEXT NOT NULL CHECK (length(description) BETWEEN 1 AND 500),
    -- Once, or for each whole month.
    amount_e8   INTEGER NOT NULL CHECK (amount_e8 > 0),
    -- 1 if it is due each month.
    monthly     INTEGER NOT NULL CHECK (monthly IN (0, 1)),
    first_day   TEXT NOT NULL,
    -- The last day of a monthly fee; NULL if it has no end.
    last_day    TEXT CHECK (monthly OR last_day IS NULL),
    created_at  TEXT NOT NULL,
    updated_at  TEXT NOT NULL
) STRICT;

CREATE INDEX fee_by_customer ON fee (customer_id, id);

CREATE TRIGGER fee_is_never_deleted BEFORE DELETE ON fee BEGIN
    SELECT raise(ABORT, 'fees are never deleted');
END;

-- Which days of a fee an invoice bills, from its draft on. Those of cancelled drafts do not count.
CREATE TABLE billed_fee (
    invoice_id INTEGER NOT NULL REFERENCES invoice (id),
    fee_id     INTEGER NOT NULL REFERENCES fee (id),
    first_day  TEXT NOT NULL,
    last_day   TEXT NOT NULL CHECK (last_day >= first_day),
    net_e8     INTEGER NOT NULL,
    PRIMARY KEY (invoice_id, fee_id, first_day)
) STRICT, WITHOUT ROWID;

CREATE INDEX billed_fee_by_fee ON billed_fee (fee_id, first_day);

CREATE TRIGGER billed_fee_is_never_replaced BEFORE INSERT ON billed_fee
WHEN EXISTS (SELECT 1 FROM billed_fee JOIN invoice ON invoice.id = invoice_id
    WHERE fee_id = new.fee_id AND billed_fee.first_day <= new.last_day AND billed_fee.last_day >= new.first_day
        AND cancelled_at IS NULL)
    OR EXISTS (SELECT 1 FROM billed_fee
        WHERE invoice_id = new.invoice_id AND fee_id = new.fee_id AND first_day = new.first_day) BEGIN
    SELECT raise(ABORT, 'a day of a fee is billed once');
END;
CREATE TRIGGER billed_fee_is_never_changed BEFORE UPDATE ON billed_fee BEGIN
    SELECT raise(ABORT, 'billed fees are append-only');
END;
CREATE TRIGGER billed_fee_is_never_deleted BEFORE DELETE ON billed_fee BEGIN
    SELECT raise(ABORT, 'billed fees are append-only');
END;
