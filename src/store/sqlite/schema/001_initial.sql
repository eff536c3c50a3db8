-- Schema 13: everything that one database of ssgctl holds.
--
--   customer ─┬─ contact, note                   who they are
--             ├─ smpp_account ─── service        how they connect, and what they pay
--             │    └─ previous_password, cug_number
--             ├─ balance ─── entry               prepaid money, and the ledger that explains it
--             │    └─ warning ─── crossing ─── outbox_email ─── outbox_attempt
--             └─ event                           the audit log
--   import ─── import_account, message ─── traffic_daily ─── traffic_monthly
--
-- Conventions
--
--   Times     UTC text of fixed width, '2026-11-24T14:36:41.123Z', which sorts as text. Columns end in _at, or are named at.
--   Days      in traffic tables: whole days since 1970-01-01 UTC. Months: whole months since January 1970.
--   Amounts   whole numbers of 1e-8 of their unit, in columns that end in _e8. 12.50 EUR are 1250000000.
--   Units     'SMS' for SMS credits, else a currency code of ISO 4217.
--   Lists     whose order matters, or that nobody searches by item, are JSON arrays in a text column.
--   Flags     0 and 1.
--   NULL      not set, or no limit. It never stands for zero or for an empty text.
--
-- Every table is STRICT, so that a phone number stays text. Only numbers of closed user groups, previous passwords and pruned
-- messages are ever deleted: customers and accounts are archived, and contacts get the time of their removal.
--
-- Append-only tables (note, entry, crossing, event) have triggers that refuse UPDATE and DELETE. They also have a trigger on
-- INSERT, because a REPLACE that overwrites a row fires no DELETE trigger.


------------------------------------------------------------------------------------------------------------------------------
-- Customers, contacts and notes.
------------------------------------------------------------------------------------------------------------------------------

CREATE TABLE customer (
    id                 INTEGER PRIMARY KEY,
    -- The name that operators type. Unique in any case, and never given to another customer, even after archiving.
    account_code       TEXT NOT NULL COLLATE NOCASE UNIQUE CHECK (length(account_code) BETWEEN 1 AND 32),
    -- Identifies the customer to other systems; a UUID. Sealed passwords are bound to it.
    api_id             TEXT NOT NULL UNIQUE CHECK (length(api_id) = 36),
    organisation       TEXT NOT NULL CHECK (length(organisation) BETWEEN 1 AND 200),
    -- ISO 3166-1 alpha-2.
    country            TEXT CHECK (country GLOB '[A-Z][A-Z]'),
    company_reg_no     TEXT CHECK (length(company_reg_no) BETWEEN 1 AND 40),
    -- E.164 with the leading plus.
    phone              TEXT CHECK (phone GLOB '+[1-9]*'),
    website            TEXT,
    vat_reg_no         TEXT CHECK (length(vat_reg_no) BETWEEN 1 AND 40),
    payment_terms_days INTEGER CHECK (payment_terms_days BETWEEN 0 AND 365),
    -- Email addresses for invoices; also for warnings if there is no billing contact.
    invoice_emails     TEXT NOT NULL DEFAULT '[]' CHECK (json_type(invoice_emails) = 'array'),
    -- Lines of the postal address.
    invoice_address    TEXT CHECK (json_type(invoice_address) = 'array'),
    created_at         TEXT NOT NULL,
    updated_at         TEXT NOT NULL,
    -- NULL while the customer is active.
    archived_at        TEXT
) STRICT;

-- An import finds customers by name when its file has no account codes.
CREATE INDEX customer_by_organisation ON customer (organisation COLLATE NOCASE);

CREATE TABLE contact (
    id          INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customer (id),
    name        TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    email       TEXT,
    mobile      TEXT CHECK (mobile GLOB '+[1-9]*'),
    -- Any of "general", "billing" and "technical".
    roles       TEXT NOT NULL CHECK (json_type(roles) = 'array'),
    created_at  TEXT NOT NULL,
    updated_at  TEXT NOT NULL,
    -- NULL while in use. A removed contact is kept for the audit log only.
    removed_at  TEXT
) STRICT;

CREATE INDEX contact_by_customer ON contact (customer_id) WHERE removed_at IS NULL;

-- Remarks by operators. Append-only.
CREATE TABLE note (
    id          INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customer (id),
    text        TEXT NOT NULL CHECK (length(text) BETWEEN 1 AND 4000),
    author      TEXT NOT NULL,
    at          TEXT NOT NULL
) STRICT;

CREATE INDEX note_by_customer ON note (customer_id);

CREATE TRIGGER note_is_never_replaced BEFORE INSERT ON note
WHEN EXISTS (SELECT 1 FROM note WHERE id = new.id) BEGIN
    SELECT raise(ABORT, 'notes are append-only');
END;
CREATE TRIGGER note_is_never_changed BEFORE UPDATE ON note BEGIN
    SELECT raise(ABORT, 'notes are append-only');
END;
CREATE TRIGGER note_is_never_deleted BEFORE DELETE ON note BEGIN
    SELECT raise(ABORT, 'notes are append-only');
END;


------------------------------------------------------------------------------------------------------------------------------
-- Services: what an SMPP account is sold.
------------------------------------------------------------------------------------------------------------------------------

CREATE TABLE service (
    id         INTEGER PRIMARY KEY,
    code       TEXT NOT NULL COLLATE NOCASE UNIQUE CHECK (length(code) BETWEEN 1 AND 32),
    -- Identifies the service to other systems; a UUID.
    api_id     TEXT NOT NULL UNIQUE CHECK (length(api_id) = 36),
    name       TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    -- The unit of the balance that messages are charged to.
    unit       TEXT NOT NULL CHECK (unit GLOB '[A-Z][A-Z][A-Z]'),
    -- Price of one message part.
    price_e8   INTEGER NOT NULL CHECK (price_e8 >= 0),
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;

-- Every database starts with one service: one SMS credit for each message part. Its API ID is a random UUID (version 4).
INSERT INTO service (code, api_id, name, unit, price_e8, created_at, updated_at)
SELECT 'standard',
       lower(substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-4' || substr(h, 14, 3) || '-8' || substr(h, 18, 3) || '-' || substr(h, 21, 12)),
       'Standard', 'SMS', 100000000, at, at
FROM (SELECT hex(randomblob(16)) AS h, strftime('%Y-%m-%dT%H:%M:%fZ', 'now') AS at);


------------------------------------------------------------------------------------------------------------------------------
-- SMPP accounts: the logins of customers at the gateway.
------------------------------------------------------------------------------------------------------------------------------

CREATE TABLE smpp_account (
    id              INTEGER PRIMARY KEY,
    customer_id     INTEGER NOT NULL REFERENCES customer (id),
    -- The name that the customer binds with. Case matters, as it does to the gateway, and it is never given to another account.
    -- SMPP v3.4 has room for 15 characters; accounts imported from other systems keep longer ones.
    system_id       TEXT NOT NULL UNIQUE CHECK (length(system_id) BETWEEN 1 AND 64),
    -- Encrypted with the key file, which is not part of the database; see store/vault.rs for the form.
    password_sealed BLOB NOT NULL CHECK (length(password_sealed) > 49),
    name            TEXT CHECK (length(name) BETWEEN 1 AND 100),
    -- A second name for operators, which must not be the system ID of another account in any case.
    short_name      TEXT COLLATE NOCASE UNIQUE CHECK (length(short_name) BETWEEN 1 AND 40),
    system_type     TEXT CHECK (length(system_type) BETWEEN 1 AND 12),
    address_range   TEXT CHECK (length(address_range) BETWEEN 1 AND 40),
    service_id      INTEGER NOT NULL REFERENCES service (id),
    -- Four switches, independent of each other and of archiving: may be used at all, may bind, may submit messages, may
    -- reach only the numbers of its closed user group.
    enabled         INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    binding_enabled INTEGER NOT NULL CHECK (binding_enabled IN (0, 1)),
    submit_enabled  INTEGER NOT NULL CHECK (submit_enabled IN (0, 1)),
    use_cug         INTEGER NOT NULL CHECK (use_cug IN (0, 1)),
    -- Message parts a second.
    max_tps         INTEGER CHECK (max_tps > 0),
    -- Simultaneous binds.
    max_binds       INTEGER CHECK (max_binds > 0),
    -- IP addresses and ranges in CIDR notation; an empty array allows all.
    allowed_ips     TEXT NOT NULL CHECK (json_type(allowed_ips) = 'array'),
    -- URLs that the gateway calls for submitted messages, delivery receipts and incoming messages.
    mt_webhook      TEXT,
    dlr_webhook     TEXT,
    mo_webhook      TEXT,
    -- Numbers whose incoming messages go to this account.
    mo_numbers      TEXT NOT NULL CHECK (json_type(mo_numbers) = 'array'),
    created_at      TEXT NOT NULL,
    updated_at      TEXT NOT NULL,
    -- NULL while the account is active.
    archived_at     TEXT,
    -- 1 if archiving the customer archived the account: unarchiving the customer brings back exactly these.
    archived_with_customer INTEGER NOT NULL DEFAULT 0
        CHECK (archived_with_customer = 0 OR archived_at IS NOT NULL)
) STRICT;

CREATE INDEX smpp_account_by_customer ON smpp_account (customer_id);

-- Finds the account whose system ID a new short name would repeat.
CREATE INDEX smpp_account_by_system_id_nocase ON smpp_account (system_id COLLATE NOCASE);

-- The password that an account had before, during its grace period. The first write after valid_until deletes the row.
CREATE TABLE previous_password (
    smpp_account_id INTEGER PRIMARY KEY REFERENCES smpp_account (id),
    -- Encrypted like smpp_account.password_sealed.
    sealed          BLOB NOT NULL CHECK (length(sealed) > 49),
    valid_until     TEXT NOT NULL
) STRICT;

CREATE INDEX previous_password_by_valid_until ON previous_password (valid_until);

-- Closed user groups: the only numbers that an account with use_cug may send to.
CREATE TABLE cug_number (
    smpp_account_id INTEGER NOT NULL REFERENCES smpp_account (id),
    msisdn          TEXT NOT NULL CHECK (msisdn GLOB '+[1-9]*'),
    PRIMARY KEY (smpp_account_id, msisdn)
) STRICT, WITHOUT ROWID;


------------------------------------------------------------------------------------------------------------------------------
-- Balances and the ledger.
------------------------------------------------------------------------------------------------------------------------------

-- The prepaid amount of a customer in each unit: the sum of its entries, updated in their transactions.
CREATE TABLE balance (
    customer_id     INTEGER NOT NULL REFERENCES customer (id),
    unit            TEXT NOT NULL CHECK (unit GLOB '[A-Z][A-Z][A-Z]'),
    balance_e8      INTEGER NOT NULL,
    -- How far below zero a manual change may take the balance. Charges of traffic may take it lower.
    credit_limit_e8 INTEGER NOT NULL DEFAULT 0 CHECK (credit_limit_e8 >= 0),
    updated_at      TEXT NOT NULL,
    PRIMARY KEY (customer_id, unit)
) STRICT, WITHOUT ROWID;

-- The ledger. Entries are numbered 1, 2, 3 … over all customers without gaps, and chained by their hashes. Append-only.
CREATE TABLE entry (
    id               INTEGER PRIMARY KEY,
    customer_id      INTEGER NOT NULL,
    unit             TEXT NOT NULL,
    -- adjustment: by an operator. charge: for the messages of an import. transfer: one half of two. reversal: reverses another entry.
    kind             TEXT NOT NULL CHECK (kind IN ('adjustment', 'charge', 'transfer', 'reversal')),
    -- Positive adds to the balance.
    amount_e8        INTEGER NOT NULL,
    balance_after_e8 INTEGER NOT NULL,
    description      TEXT NOT NULL CHECK (length(description) BETWEEN 1 AND 500),
    -- An identifier in another system, such as an invoice number; `import N` for charges.
    reference        TEXT CHECK (length(reference) BETWEEN 1 AND 100),
    -- Idempotency key of the caller: repeating a command with it returns the first entry instead of posting again.
    key              TEXT UNIQUE CHECK (length(key) BETWEEN 1 AND 200),
    -- The entry that this one reverses. An entry is reversed at most once.
    reverses         INTEGER UNIQUE REFERENCES entry (id),
    -- The other half of a transfer. Each half names the other, so neither can be read, or reversed, alone. The first half names
    -- an entry that does not exist yet, so the reference is checked when the transaction commits.
    counterpart      INTEGER REFERENCES entry (id) DEFERRABLE INITIALLY DEFERRED,
    -- Who posted it, the operating system's user ID, why, by which command, and by which version of ssgctl.
    actor            TEXT NOT NULL,
    uid              INTEGER NOT NULL,
    reason           TEXT,
    command          TEXT NOT NULL,
    version          TEXT NOT NULL,
    -- Never earlier than the entry before.
    at               TEXT NOT NULL,
    -- SHA-256 over this entry and the hash of the entry before; store/sqlite/ledger/chain.rs has the exact form.
    hash             BLOB NOT NULL CHECK (length(hash) = 32),
    FOREIGN KEY (customer_id, unit) REFERENCES balance (customer_id, unit)
) STRICT;

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


------------------------------------------------------------------------------------------------------------------------------
-- Warnings of low balances.
------------------------------------------------------------------------------------------------------------------------------

-- When a balance counts as low, and who gets an email then. A warning may exist before its balance does.
CREATE TABLE warning (
    customer_id         INTEGER NOT NULL REFERENCES customer (id),
    unit                TEXT NOT NULL CHECK (unit GLOB '[A-Z][A-Z][A-Z]'),
    -- The two thresholds: upper is the early warning, lower the urgent one. A balance at its threshold is low.
    upper_e8            INTEGER,
    lower_e8            INTEGER CHECK (lower_e8 <= upper_e8),
    -- Whether the customer gets an email at all.
    notify_customer     INTEGER NOT NULL CHECK (notify_customer IN (0, 1)),
    -- Email addresses of the customer; when empty, its billing contacts, else its invoice emails.
    customer_recipients TEXT NOT NULL CHECK (json_type(customer_recipients) = 'array'),
    -- Email addresses of the operator; when empty, those of the configuration.
    internal_recipients TEXT NOT NULL CHECK (json_type(internal_recipients) = 'array'),
    -- Whether the recipients of a warning get an email when the balance has recovered.
    notify_recovery     INTEGER NOT NULL CHECK (notify_recovery IN (0, 1)),
    active              INTEGER NOT NULL CHECK (active IN (0, 1)),
    -- What the last check found. A check that finds the same again queues no email.
    state               TEXT NOT NULL DEFAULT 'ok' CHECK (state IN ('ok', 'upper', 'lower')),
    updated_at          TEXT NOT NULL,
    PRIMARY KEY (customer_id, unit)
) STRICT, WITHOUT ROWID;

-- Each change of a warning's state. Numbered without gaps. Append-only.
CREATE TABLE crossing (
    id          INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL,
    unit        TEXT NOT NULL,
    from_state  TEXT NOT NULL CHECK (from_state IN ('ok', 'upper', 'lower')),
    to_state    TEXT NOT NULL CHECK (to_state IN ('ok', 'upper', 'lower') AND to_state <> from_state),
    -- balance: a check found that the balance had crossed a threshold; only this queues emails. thresholds, off, archived: an
    -- operator changed the thresholds, switched the warning off, or archived the customer.
    cause       TEXT NOT NULL CHECK (cause IN ('balance', 'thresholds', 'off', 'archived')),
    balance_e8  INTEGER NOT NULL,
    -- The entry that left this balance; NULL if there was none yet.
    entry_id    INTEGER REFERENCES entry (id),
    at          TEXT NOT NULL,
    FOREIGN KEY (customer_id, unit) REFERENCES warning (customer_id, unit)
) STRICT;

CREATE INDEX crossing_by_warning ON crossing (customer_id, unit, id);

CREATE TRIGGER crossing_has_the_next_number BEFORE INSERT ON crossing
WHEN new.id IS NOT (SELECT coalesce(max(id), 0) + 1 FROM crossing) BEGIN
    SELECT raise(ABORT, 'crossings are numbered without gaps');
END;
CREATE TRIGGER crossing_is_never_changed BEFORE UPDATE ON crossing BEGIN
    SELECT raise(ABORT, 'crossings are append-only');
END;
CREATE TRIGGER crossing_is_never_deleted BEFORE DELETE ON crossing BEGIN
    SELECT raise(ABORT, 'crossings are append-only');
END;


------------------------------------------------------------------------------------------------------------------------------
-- The outbox.
------------------------------------------------------------------------------------------------------------------------------

-- Emails as they were rendered when they were queued, one row for each recipient.
CREATE TABLE outbox_email (
    id                  INTEGER PRIMARY KEY,
    -- The template it was rendered from: low-upper, low-lower, internal, recovered, welcome, handover or test.
    template            TEXT NOT NULL,
    customer_id         INTEGER REFERENCES customer (id),
    -- The crossing that it reports, if it reports one.
    crossing_id         INTEGER REFERENCES crossing (id),
    recipient           TEXT NOT NULL,
    sender_name         TEXT NOT NULL,
    sender_address      TEXT NOT NULL,
    reply_to            TEXT,
    subject             TEXT NOT NULL,
    text                TEXT NOT NULL,
    html                TEXT NOT NULL,
    -- The SMPP account whose password the email contains. The outbox never holds a password: text and html have stars in its
    -- place, which are replaced when the email is sent.
    password_account_id INTEGER REFERENCES smpp_account (id),
    -- The Message-ID header without its angle brackets. The same in every attempt, so that a recipient who gets the email twice
    -- can see that it is one.
    message_id          TEXT NOT NULL UNIQUE,
    -- pending: waits for an attempt. sending: claimed by a run that is sending it. sent: accepted by the server. failed: refused
    -- for good. uncertain: handed over, and the answer was lost. cancelled: no longer to be sent.
    state               TEXT NOT NULL CHECK (state IN ('pending', 'sending', 'sent', 'failed', 'uncertain', 'cancelled')),
    -- Number of attempts, including the one in progress.
    attempts            INTEGER NOT NULL DEFAULT 0,
    -- Number of attempts whose answer was lost. The email is sent again after the first, and never after the second.
    unanswered          INTEGER NOT NULL DEFAULT 0,
    -- NULL if no further attempt is due.
    next_attempt_at     TEXT,
    -- Reason of the last failed attempt, or why the email was cancelled.
    last_error          TEXT,
    created_at          TEXT NOT NULL,
    updated_at          TEXT NOT NULL,
    CHECK (next_attempt_at IS NULL OR state IN ('pending', 'uncertain')),
    CHECK (next_attempt_at IS NOT NULL OR state <> 'pending')
) STRICT;

CREATE INDEX outbox_email_by_next_attempt ON outbox_email (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX outbox_email_by_crossing ON outbox_email (crossing_id) WHERE crossing_id IS NOT NULL;
CREATE INDEX outbox_email_being_sent ON outbox_email (id) WHERE state = 'sending';

-- Each finished attempt to send an email.
CREATE TABLE outbox_attempt (
    email_id INTEGER NOT NULL REFERENCES outbox_email (id),
    -- 1, 2, 3 … for each email.
    number   INTEGER NOT NULL,
    at       TEXT NOT NULL,
    -- sent: accepted by the server. deferred: not sent, to be tried again. refused: not sent, for good. unanswered: handed
    -- over, and the answer was lost.
    outcome  TEXT NOT NULL CHECK (outcome IN ('sent', 'deferred', 'refused', 'unanswered')),
    -- The answer of the server, or the error of the operating system.
    detail   TEXT,
    PRIMARY KEY (email_id, number)
) STRICT, WITHOUT ROWID;

-- The last run of `balance check`, for monitoring. One row, or none before the first run.
CREATE TABLE check_run (
    id          INTEGER PRIMARY KEY CHECK (id = 1),
    started_at  TEXT NOT NULL,
    -- NULL while the check runs, and if it was killed.
    finished_at TEXT,
    -- Numbers of crossings found, of emails queued, and of attempts by their outcome.
    crossings   INTEGER NOT NULL DEFAULT 0,
    queued      INTEGER NOT NULL DEFAULT 0,
    sent        INTEGER NOT NULL DEFAULT 0,
    deferred    INTEGER NOT NULL DEFAULT 0,
    failed      INTEGER NOT NULL DEFAULT 0,
    uncertain   INTEGER NOT NULL DEFAULT 0
) STRICT;


------------------------------------------------------------------------------------------------------------------------------
-- Traffic: messages that the gateway reports, and the sums that reports are answered from.
--
-- Days, hours and months are those of the submission, in UTC. The tables that grow with traffic have no foreign keys, which would
-- cost a lookup for each row; `db check` examines their references instead.
------------------------------------------------------------------------------------------------------------------------------

-- A traffic file that was imported, or is being imported.
CREATE TABLE import (
    id          INTEGER PRIMARY KEY,
    -- The name of the file as it was given; `stdin` for a pipe.
    file        TEXT NOT NULL,
    -- Identifies the file: SHA-256 and number of its bytes as stored on disk, compressed or not.
    sha256      BLOB NOT NULL CHECK (length(sha256) = 32),
    size        INTEGER NOT NULL CHECK (size >= 0),
    -- The kind of file: ssgctl, ssg, jasmin, jasmin-panel, kannel, twilio or vonage.
    dialect     TEXT NOT NULL,
    -- All other options that decide what its rows mean, such as time zone and account; a JSON object. An unfinished import can
    -- only be resumed with the same.
    options     TEXT NOT NULL CHECK (json_type(options) = 'object'),
    -- Whether its messages are charged. Messages of an import without charges are never charged, by any later import.
    charging    INTEGER NOT NULL CHECK (charging IN (0, 1)),
    -- unfinished: rows or charges are missing. finished: all rows are imported and all charges posted. closed: an operator ended
    -- it with the rows that were imported, and their charges are posted.
    state       TEXT NOT NULL CHECK (state IN ('unfinished', 'finished', 'closed')),
    -- First and last day of its messages; NULL if it has none.
    first_day   INTEGER,
    last_day    INTEGER,
    -- Number of rows of the file that are done; a resumed import skips them. The counts below add up to it.
    rows        INTEGER NOT NULL DEFAULT 0 CHECK (rows = new + updated + duplicate + rejected + skipped + refused),
    -- Rows of messages that were not known.
    new         INTEGER NOT NULL DEFAULT 0,
    -- Rows that reported a newer state of a known message.
    updated     INTEGER NOT NULL DEFAULT 0,
    -- Rows that reported nothing new.
    duplicate   INTEGER NOT NULL DEFAULT 0,
    -- Rows of messages that the gateway rejected before it gave them an ID. They are counted here and nowhere else.
    rejected    INTEGER NOT NULL DEFAULT 0,
    -- Rows of other things than messages to handsets, such as incoming messages.
    skipped     INTEGER NOT NULL DEFAULT 0,
    -- Rows with faults, left out by --skip-invalid.
    refused     INTEGER NOT NULL DEFAULT 0,
    begun_at    TEXT NOT NULL,
    ended_at    TEXT CHECK ((ended_at IS NULL) = (state = 'unfinished')),
    actor       TEXT NOT NULL
) STRICT;

CREATE INDEX import_by_sha256 ON import (sha256);
CREATE INDEX import_by_last_day ON import (last_day);

-- The accounts of an import and their prices, fixed when the import begins: a price that changes while an import is interrupted
-- does not change what it charges.
CREATE TABLE import_account (
    import_id   INTEGER NOT NULL REFERENCES import (id),
    account_id  INTEGER NOT NULL REFERENCES smpp_account (id),
    -- The customer whose balance is charged.
    customer_id INTEGER NOT NULL REFERENCES customer (id),
    -- Unit of the account's service, and its price for one message part.
    unit        TEXT NOT NULL CHECK (unit GLOB '[A-Z][A-Z][A-Z]'),
    price_e8    INTEGER NOT NULL CHECK (price_e8 >= 0),
    -- First and last day of the account's messages in the file.
    first_day   INTEGER NOT NULL,
    last_day    INTEGER NOT NULL,
    -- What was charged to the account: number of messages, of their parts, and the amount, which is positive. All are zero until
    -- the charge is posted; charges of one import are posted in several transactions, so some accounts of an unfinished import
    -- may have theirs. All accounts of a customer in a unit share one entry of the ledger (kind charge, reference `import N`)
    -- whose amount is the negative sum of theirs; there is no entry if the sum is zero.
    messages    INTEGER NOT NULL DEFAULT 0,
    parts       INTEGER NOT NULL DEFAULT 0,
    charge_e8   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (import_id, account_id)
) STRICT, WITHOUT ROWID;

-- Messages, one row each. Day, ID and account together identify a message. Small values share one integer, because this table
-- is by far the largest: the view unpacked_message below shows them as columns.
CREATE TABLE message (
    day         INTEGER NOT NULL,
    -- The gateway's message ID: 16 bytes if it is a UUID or 32 hexadecimal digits, else its text.
    id          ANY NOT NULL,
    -- An smpp_account, active or archived.
    account_id  INTEGER NOT NULL,
    -- From the lowest bit: 17 bits second of the day, 3 bits state, 1 bit charged, the rest parts.
    packed      INTEGER NOT NULL,
    -- The digits of an international number (E.164, without the plus) as an integer; anything else as text.
    destination ANY NOT NULL,
    -- The price of the whole message that the file reported; NULL if it reported none, or the account is charged in SMS credits.
    price_e8    INTEGER,
    -- The import that charged the message or, if none did, that added it. The charge follows from this row and that import's
    -- row in import_account: zero if not charged or the import is without charges; else price_e8, if set; else the price of a
    -- part times parts.
    import_id   INTEGER NOT NULL,
    PRIMARY KEY (day, id, account_id)
) STRICT, WITHOUT ROWID;

-- Messages as people and documents read them.
CREATE VIEW unpacked_message AS SELECT day, id, account_id,
    -- Second of the day at which the message was submitted, 0 to 86399; the earliest that was reported.
    packed & 0x1ffff AS second,
    -- 0 pending, 1 unknown, 2 rejected, 3 expired, 4 undeliverable, 5 delivered; the highest that was reported. So a final state
    -- is never undone, and the order in which files are imported does not matter.
    (packed >> 17) & 7 AS state,
    destination,
    -- Number of message parts, at least 1.
    packed >> 21 AS parts,
    price_e8,
    -- 1 if the message counts as sent, for which it is charged once. Messages only ever reported as rejected have 0.
    (packed >> 20) & 1 AS charged,
    import_id
FROM message;

-- Lets the import of a document insert rows into the view.
CREATE TRIGGER unpacked_message_is_packed INSTEAD OF INSERT ON unpacked_message BEGIN
    SELECT raise(ABORT, 'second, state, parts or charged is out of range')
    WHERE (typeof(new.second) = 'integer' AND new.second BETWEEN 0 AND 86399
        AND typeof(new.state) = 'integer' AND new.state BETWEEN 0 AND 5
        AND typeof(new.parts) = 'integer' AND new.parts BETWEEN 1 AND 65535
        AND typeof(new.charged) = 'integer' AND new.charged IN (0, 1)) IS NOT TRUE;
    INSERT INTO message VALUES (new.day, new.id, new.account_id,
        new.second | (new.state << 17) | (new.charged << 20) | (new.parts << 21),
        new.destination, new.price_e8, new.import_id);
END;

-- Sums of messages by account and day, updated in the same transactions as message. They stay when messages are pruned.
-- An account without messages on a day has no row.
--
-- One row holds all hours and countries of its day: most accounts have few messages a day, and a row for each hour and country
-- would cost as much as the messages themselves. Both columns are sequences of items in ascending order, without separators:
--
--   hours       each item: hour of the day, 0 to 23, one byte; counts
--   countries   each item: country code of the destination, two letters, or two zero bytes if it has none; unit of the charge,
--               three letters; counts; charge in 1e-8 of the unit, a number
--   counts      one byte whose bits say which states follow, from the lowest: pending, unknown, rejected, expired,
--               undeliverable, delivered; then a number of messages for each of them; then the number of parts of all of them
--   number      unsigned LEB128: seven bits a byte, the lowest first; a set eighth bit says that more bytes follow
CREATE TABLE traffic_daily (
    day         INTEGER NOT NULL,
    account_id  INTEGER NOT NULL,
    hours       BLOB NOT NULL,
    countries   BLOB NOT NULL,
    PRIMARY KEY (day, account_id)
) STRICT, WITHOUT ROWID;

-- The same sums by month, for reports over months and years; updated in the same transactions as traffic_daily. They are not
-- split by country, which would make them as large as the daily sums.
--
-- One row holds 32 neighbouring accounts, because each batch of an import has messages of most accounts, and a row for each would
-- be most of what the batch writes besides its messages. sums is a sequence of items in ascending order, without separators:
--
--   sums        each item: position of the account in its block, 0 to 31, one byte; unit of the charge, three letters; counts;
--               charge in 1e-8 of the unit, a number. Counts and numbers are those of traffic_daily.
CREATE TABLE traffic_monthly (
    month       INTEGER NOT NULL,
    -- The account's id divided by 32, rounded down.
    block       INTEGER NOT NULL,
    sums        BLOB NOT NULL,
    PRIMARY KEY (month, block)
) STRICT, WITHOUT ROWID;

-- The day before which messages were pruned. Messages of earlier days are not imported any more: nothing is left that could say
-- whether they were charged. One row, or none if nothing was pruned.
CREATE TABLE traffic_pruned (
    id         INTEGER PRIMARY KEY CHECK (id = 1),
    before_day INTEGER NOT NULL
) STRICT;


------------------------------------------------------------------------------------------------------------------------------
-- The audit log.
------------------------------------------------------------------------------------------------------------------------------

-- One row for each change. Numbered without gaps. Append-only.
CREATE TABLE event (
    id          INTEGER PRIMARY KEY,
    at          TEXT NOT NULL,
    -- Who, the operating system's user ID, why, by which command, and by which version of ssgctl.
    actor       TEXT NOT NULL,
    uid         INTEGER NOT NULL,
    reason      TEXT,
    command     TEXT NOT NULL,
    version     TEXT NOT NULL,
    -- The kind of entity that changed: customer, contact, note, service, smpp, balance, entry, email, traffic or database.
    entity      TEXT NOT NULL,
    -- The action: new, edit, archive and so on.
    action      TEXT NOT NULL,
    -- Identifies the entity: an account code, a system ID, a number.
    subject     TEXT NOT NULL,
    -- The customer that the entity belongs to, if any.
    customer_id INTEGER REFERENCES customer (id),
    -- {"field": [before, after], ...}. Secrets are never in it.
    changes     TEXT NOT NULL CHECK (json_type(changes) = 'object')
) STRICT;

CREATE INDEX event_by_customer ON event (customer_id);

CREATE TRIGGER event_has_the_next_number BEFORE INSERT ON event
WHEN new.id IS NOT (SELECT coalesce(max(id), 0) + 1 FROM event) BEGIN
    SELECT raise(ABORT, 'events are numbered without gaps');
END;
CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event BEGIN
    SELECT raise(ABORT, 'events are append-only');
END;
CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event BEGIN
    SELECT raise(ABORT, 'events are append-only');
END;
