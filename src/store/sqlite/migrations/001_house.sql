-- The first schema: customers and their people, SMPP accounts, balances, the ledger and the audit log.
--
-- Conventions. Times are UTC text of fixed width, '2026-11-24T14:36:41.123Z', and sort as text. Amounts are whole numbers
-- of 1e-8 of their unit, in columns that end in _e8. Lists whose order matters, or that nobody searches by item, are JSON
-- arrays. Every table is STRICT: an MSISDN is text and stays so. Nothing is deleted but closed user group numbers.

CREATE TABLE customer (
    id                 INTEGER PRIMARY KEY,
    -- Unique for ever, ignoring case, whatever becomes of the customer.
    account_code       TEXT NOT NULL COLLATE NOCASE UNIQUE CHECK (length(account_code) BETWEEN 1 AND 32),
    api_id             TEXT NOT NULL UNIQUE CHECK (length(api_id) = 36),
    organisation       TEXT NOT NULL CHECK (length(organisation) BETWEEN 1 AND 200),
    country            TEXT CHECK (country GLOB '[A-Z][A-Z]'),
    company_reg_no     TEXT CHECK (length(company_reg_no) BETWEEN 1 AND 40),
    phone              TEXT CHECK (phone GLOB '+[1-9]*'),
    website            TEXT,
    vat_reg_no         TEXT CHECK (length(vat_reg_no) BETWEEN 1 AND 40),
    payment_terms_days INTEGER CHECK (payment_terms_days BETWEEN 0 AND 365),
    invoice_emails     TEXT NOT NULL DEFAULT '[]' CHECK (json_type(invoice_emails) = 'array'),
    invoice_address    TEXT CHECK (json_type(invoice_address) = 'array'),
    created_at         TEXT NOT NULL,
    updated_at         TEXT NOT NULL,
    -- Archived since; NULL while in use.
    archived_at        TEXT
) STRICT;

CREATE TABLE contact (
    id          INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customer (id),
    name        TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    email       TEXT,
    mobile      TEXT CHECK (mobile GLOB '+[1-9]*'),
    roles       TEXT NOT NULL CHECK (json_type(roles) = 'array'),
    created_at  TEXT NOT NULL,
    updated_at  TEXT NOT NULL,
    -- Removed since; a removed contact is kept for the audit log and shown nowhere else.
    removed_at  TEXT
) STRICT;

CREATE INDEX contact_by_customer ON contact (customer_id) WHERE removed_at IS NULL;

CREATE TABLE note (
    id          INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customer (id),
    text        TEXT NOT NULL CHECK (length(text) BETWEEN 1 AND 4000),
    author      TEXT NOT NULL,
    at          TEXT NOT NULL
) STRICT;

CREATE INDEX note_by_customer ON note (customer_id);

-- A row that REPLACE puts in another's place fires no trigger of deletion.
CREATE TRIGGER note_is_never_replaced BEFORE INSERT ON note
WHEN EXISTS (SELECT 1 FROM note WHERE id = new.id) BEGIN
    SELECT raise(ABORT, 'notes are only ever added');
END;
CREATE TRIGGER note_is_never_changed BEFORE UPDATE ON note BEGIN
    SELECT raise(ABORT, 'notes are only ever added');
END;
CREATE TRIGGER note_is_never_deleted BEFORE DELETE ON note BEGIN
    SELECT raise(ABORT, 'notes are only ever added');
END;

CREATE TABLE service (
    id         INTEGER PRIMARY KEY,
    code       TEXT NOT NULL COLLATE NOCASE UNIQUE CHECK (length(code) BETWEEN 1 AND 32),
    api_id     TEXT NOT NULL UNIQUE CHECK (length(api_id) = 36),
    name       TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    -- What it charges in: SMS, or a currency of ISO 4217.
    unit       TEXT NOT NULL CHECK (unit GLOB '[A-Z][A-Z][A-Z]'),
    -- The price of one message part.
    price_e8   INTEGER NOT NULL CHECK (price_e8 >= 0),
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;

-- The service that exists from the start: one SMS credit a message part. Its API ID is a random UUID (version 4).
INSERT INTO service (code, api_id, name, unit, price_e8, created_at, updated_at)
SELECT 'standard',
       lower(substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-4' || substr(h, 14, 3) || '-8' || substr(h, 18, 3) || '-' || substr(h, 21, 12)),
       'Standard', 'SMS', 100000000, at, at
FROM (SELECT hex(randomblob(16)) AS h, strftime('%Y-%m-%dT%H:%M:%fZ', 'now') AS at);

CREATE TABLE smpp_account (
    id              INTEGER PRIMARY KEY,
    customer_id     INTEGER NOT NULL REFERENCES customer (id),
    -- Unique for ever; case matters, as it does to the gateway.
    system_id       TEXT NOT NULL UNIQUE CHECK (length(system_id) BETWEEN 1 AND 15),
    -- Encrypted with a key that is not in this file.
    password_sealed BLOB NOT NULL CHECK (length(password_sealed) > 49),
    name            TEXT CHECK (length(name) BETWEEN 1 AND 100),
    short_name      TEXT COLLATE NOCASE UNIQUE CHECK (length(short_name) BETWEEN 1 AND 40),
    system_type     TEXT CHECK (length(system_type) BETWEEN 1 AND 12),
    address_range   TEXT CHECK (length(address_range) BETWEEN 1 AND 40),
    service_id      INTEGER NOT NULL REFERENCES service (id),
    -- The switches are independent of each other and of archiving.
    enabled         INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    binding_enabled INTEGER NOT NULL CHECK (binding_enabled IN (0, 1)),
    submit_enabled  INTEGER NOT NULL CHECK (submit_enabled IN (0, 1)),
    use_cug         INTEGER NOT NULL CHECK (use_cug IN (0, 1)),
    -- NULL is no limit; zero is not a limit.
    max_tps         INTEGER CHECK (max_tps > 0),
    max_binds       INTEGER CHECK (max_binds > 0),
    allowed_ips     TEXT NOT NULL CHECK (json_type(allowed_ips) = 'array'),
    mt_webhook      TEXT,
    dlr_webhook     TEXT,
    mo_webhook      TEXT,
    mo_numbers      TEXT NOT NULL CHECK (json_type(mo_numbers) = 'array'),
    created_at      TEXT NOT NULL,
    updated_at      TEXT NOT NULL,
    archived_at     TEXT,
    -- Archived because its customer was: un-archiving the customer brings exactly these back.
    archived_with_customer INTEGER NOT NULL DEFAULT 0
        CHECK (archived_with_customer = 0 OR archived_at IS NOT NULL)
) STRICT;

CREATE INDEX smpp_account_by_customer ON smpp_account (customer_id);

-- A short name may not be another account's system ID in any case.
CREATE INDEX smpp_account_by_system_id_in_any_case ON smpp_account (system_id COLLATE NOCASE);

-- The numbers that an account with use_cug may reach.
CREATE TABLE cug_number (
    smpp_account_id INTEGER NOT NULL REFERENCES smpp_account (id),
    msisdn          TEXT NOT NULL CHECK (msisdn GLOB '+[1-9]*'),
    PRIMARY KEY (smpp_account_id, msisdn)
) STRICT, WITHOUT ROWID;

-- What each customer has left in each unit: the sum of the entries, kept in the same transaction as they are.
CREATE TABLE balance (
    customer_id     INTEGER NOT NULL REFERENCES customer (id),
    unit            TEXT NOT NULL CHECK (unit GLOB '[A-Z][A-Z][A-Z]'),
    balance_e8      INTEGER NOT NULL,
    -- How far below zero a manual change may take it.
    credit_limit_e8 INTEGER NOT NULL DEFAULT 0 CHECK (credit_limit_e8 >= 0),
    updated_at      TEXT NOT NULL,
    PRIMARY KEY (customer_id, unit)
) STRICT, WITHOUT ROWID;

-- The ledger. Entries are numbered without a gap over all customers and are never changed or deleted.
CREATE TABLE entry (
    id               INTEGER PRIMARY KEY,
    customer_id      INTEGER NOT NULL,
    unit             TEXT NOT NULL,
    kind             TEXT NOT NULL CHECK (kind IN ('adjustment', 'charge', 'transfer', 'reversal')),
    -- Positive adds to the balance.
    amount_e8        INTEGER NOT NULL,
    balance_after_e8 INTEGER NOT NULL,
    description      TEXT NOT NULL CHECK (length(description) BETWEEN 1 AND 500),
    reference        TEXT CHECK (length(reference) BETWEEN 1 AND 100),
    -- The caller's name for this change; unique for ever.
    key              TEXT UNIQUE CHECK (length(key) BETWEEN 1 AND 200),
    -- The entry that this one undoes; an entry is undone once.
    reverses         INTEGER UNIQUE REFERENCES entry (id),
    actor            TEXT NOT NULL,
    uid              INTEGER NOT NULL,
    reason           TEXT,
    command          TEXT NOT NULL,
    version          TEXT NOT NULL,
    -- Never earlier than the entry before.
    at               TEXT NOT NULL,
    -- SHA-256 over this entry and the hash of the one before; see store/sqlite/chain.rs.
    hash             BLOB NOT NULL CHECK (length(hash) = 32),
    FOREIGN KEY (customer_id, unit) REFERENCES balance (customer_id, unit)
) STRICT;

CREATE INDEX entry_by_balance ON entry (customer_id, unit, id);

CREATE TRIGGER entry_has_the_next_number BEFORE INSERT ON entry
WHEN new.id IS NOT (SELECT coalesce(max(id), 0) + 1 FROM entry) BEGIN
    SELECT raise(ABORT, 'entries are numbered without a gap');
END;
-- A row that REPLACE puts in another's place fires no trigger of deletion.
CREATE TRIGGER entry_is_never_replaced BEFORE INSERT ON entry
WHEN EXISTS (SELECT 1 FROM entry WHERE key = new.key OR reverses = new.reverses) BEGIN
    SELECT raise(ABORT, 'entries are only ever added');
END;
CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry BEGIN
    SELECT raise(ABORT, 'entries are only ever added');
END;
CREATE TRIGGER entry_is_never_deleted BEFORE DELETE ON entry BEGIN
    SELECT raise(ABORT, 'entries are only ever added');
END;

-- The audit log: one line for any change of anything.
CREATE TABLE event (
    id          INTEGER PRIMARY KEY,
    at          TEXT NOT NULL,
    actor       TEXT NOT NULL,
    uid         INTEGER NOT NULL,
    reason      TEXT,
    command     TEXT NOT NULL,
    version     TEXT NOT NULL,
    noun        TEXT NOT NULL,
    action      TEXT NOT NULL,
    subject     TEXT NOT NULL,
    customer_id INTEGER REFERENCES customer (id),
    -- {"field": [from, to], ...}; secrets are never in it.
    changes     TEXT NOT NULL CHECK (json_type(changes) = 'object')
) STRICT;

CREATE INDEX event_by_customer ON event (customer_id);

CREATE TRIGGER event_has_the_next_number BEFORE INSERT ON event
WHEN new.id IS NOT (SELECT coalesce(max(id), 0) + 1 FROM event) BEGIN
    SELECT raise(ABORT, 'events are numbered without a gap');
END;
CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event BEGIN
    SELECT raise(ABORT, 'events are only ever added');
END;
CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event BEGIN
    SELECT raise(ABORT, 'events are only ever added');
END;
