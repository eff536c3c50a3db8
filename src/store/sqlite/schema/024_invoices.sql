-- Schema 24: invoices, and the ledger of what customers owe.

-- prepaid: pays before use, from a balance that top-ups fill. postpaid: pays for the usage of a month after it.
ALTER TABLE customer ADD COLUMN billing TEXT NOT NULL DEFAULT 'prepaid' CHECK (billing IN ('prepaid', 'postpaid'));

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
